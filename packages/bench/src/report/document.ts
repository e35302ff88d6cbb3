import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { SoakReport } from '../soak/soak.ts';
import { toBarChart } from './bar-chart.ts';
import { replaceSection } from './generated-section.ts';
import { describeMeasurement } from './machine.ts';
import { toInstallTable, toRowTable } from './markdown.ts';
import type { BenchResults } from './results.ts';
import { toSoakChart, toSoakSection } from './soak-section.ts';

const documents = new URL('../../../../docs/', import.meta.url);
const file = new URL('performance.md', documents);
const plots = new URL('performance/', documents);

/** Writes results into docs/performance.md, and a plot of each row beside it. */
export function writeResults(results: BenchResults): void {
  const sections = results.rows.map((row) => {
    writePlot(row.name, toBarChart(row));
    const title = row.title.charAt(0).toUpperCase() + row.title.slice(1);
    const measured = row.measured ? `${describeMeasurement(row.measured)}\n\n` : '';
    return `### ${title}\n\n${measured}![${row.title}](performance/${row.name}.svg)\n\n${toRowTable(row)}`;
  });
  if (results.install) {
    sections.push(`### Packages that core and an adapter install\n\n${toInstallTable(results.install)}`);
  }
  writeSection('cost', [describeMeasurement(results), ...sections].join('\n\n'));
}

/** Writes the report of a soak into docs/performance.md, and its plot beside it. */
export function writeSoak(report: SoakReport): void {
  writePlot('soak', toSoakChart(report));
  writeSection('soak', toSoakSection(report, 'performance/soak.svg'));
}

function writePlot(name: string, svg: string): void {
  mkdirSync(plots, { recursive: true });
  writeFileSync(new URL(`${name}.svg`, plots), svg);
}

function writeSection(name: string, content: string): void {
  writeFileSync(file, replaceSection(readFileSync(file, 'utf8'), name, content));
}
