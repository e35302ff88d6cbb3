import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { prometheusMetrics } from './index.ts';

const file = new URL('../../../docs/grafana/llama-messages.json', import.meta.url);
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};

/** Returns the names of all series, those that a histogram is made of included. */
async function seriesNames(): Promise<Set<string>> {
  const register = new Registry();
  prometheusMetrics({ register });
  const metrics = await register.getMetricsAsJSON();
  return new Set(
    metrics.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

test('the Grafana dashboard asks for series that there are, and for each metric', async () => {
  const names = [...(await seriesNames())];
  const asked = new Set<string>();
  for (const { title, targets } of dashboard.panels) {
    for (const { expr } of targets) {
      const found = expr.match(/\bllama\w+/g) ?? [];
      expect(found, title).not.toEqual([]);
      for (const name of found) {
        expect(names, `${title}: ${expr}`).toContain(name);
        asked.add(toMetric(name));
      }
    }
  }
  expect([...asked].sort()).toEqual([...new Set(names.map(toMetric))].sort());
});

function toMetric(series: string): string {
  return series.replace(/_(bucket|sum|count)$/, '');
}
