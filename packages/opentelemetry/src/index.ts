/**
 * Traces and metrics of llama-messages for OpenTelemetry.
 *
 * @packageDocumentation
 */
export { openTelemetry, type OpenTelemetryOptions } from './open-telemetry.ts';
