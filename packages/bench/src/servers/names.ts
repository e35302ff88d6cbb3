/** The servers that can be measured, by the names that they have in results. */
export const serverNames = [
  'pipe',
  'pipe+json',
  'node',
  'express',
  'fastify',
  'nestjs-express',
  'nestjs-fastify',
  'fetch',
  'llms',
] as const;

/** The pipe in frameworks: what they cost by themselves. Measured only where they are asked for. */
export const frameworkPipeNames = [
  'pipe-in-express',
  'pipe-in-fastify',
  'pipe-in-nestjs-express',
  'pipe-in-nestjs-fastify',
  'pipe-in-fetch',
] as const;

export type ServerName = (typeof serverNames)[number] | (typeof frameworkPipeNames)[number];

/** What all others are measured by. */
export const pipeName = 'pipe' satisfies ServerName;

const peers: readonly string[] = [pipeName, 'pipe+json', 'llms'] satisfies ServerName[];

/** A label of a server: its name, or `NAME@PATH` for the packages of another checkout. */
export function toName(label: string): string {
  return label.split('@', 1)[0] ?? label;
}

/** True for llama-messages, whatever it is in. */
export function isOurs(label: string): boolean {
  const name = toName(label);
  return (serverNames as readonly string[]).includes(name) && !peers.includes(name);
}

export function isInFramework(label: string): boolean {
  return isOurs(label) && toName(label) !== 'node';
}
