/**
 * Metrics of llama-messages for Prometheus.
 *
 * @packageDocumentation
 */
export {
  prometheusMetrics,
  type PrometheusMetrics,
  type PrometheusMetricsOptions,
} from './prometheus-metrics.ts';
