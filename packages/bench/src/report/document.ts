import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { toBarChart } from './bar-chart.ts';
import { replaceSection } from './generated-section.ts';
import { toInstallTable, toRowTable } from './markdown.ts';
import type { BenchResults } from './results.ts';

const documents = new URL('../../../../docs/', import.meta.url);

/** Writes the results into docs/performance.md, and a plot of each row beside it. */
export function writeDocument(results: BenchResults): void {
  const { machine, date, rows, install } = results;
  const plots = new URL('performance/', documents);
  mkdirSync(plots, { recursive: true });
  const sections = rows.map((row) => {
    writeFileSync(new URL(`${row.name}.svg`, plots), toBarChart(row));
    const title = row.title.charAt(0).toUpperCase() + row.title.slice(1);
    return `### ${title}\n\n![${row.title}](performance/${row.name}.svg)\n\n${toRowTable(row)}`;
  });
  const measured = `Measured on ${date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node.slice(1)}.`;
  if (install) sections.push(`### Packages that core and an adapter install\n\n${toInstallTable(install)}`);
  const file = new URL('performance.md', documents);
  writeFileSync(
    file,
    replaceSection(readFileSync(file, 'utf8'), 'cost', [measured, ...sections].join('\n\n')),
  );
}
