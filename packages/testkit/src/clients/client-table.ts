import type { Behaviour, Cell } from './behaviour.ts';

/** What was found out about one client, by the ids of behaviours. */
export interface ClientResults {
  readonly name: string;
  readonly version: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

/** Rows by what they are about. */
export type BehaviourGroups = Readonly<Record<string, readonly Pick<Behaviour, 'id' | 'title'>[]>>;

/**
 * Returns a table for each group, with a column for each client of which anything in it was tried.
 * What was not tried says so.
 */
export function toClientTables(groups: BehaviourGroups, results: readonly ClientResults[]): string {
  return Object.entries(groups)
    .map(([group, rows]) => {
      const tried = results.filter(({ cells }) => rows.some(({ id }) => cells[id] !== undefined));
      return [
        `## ${group}`,
        '',
        `| | ${tried.map(({ name, version }) => `${name} ${version}`).join(' | ')} |`,
        `| --- |${' --- |'.repeat(tried.length)}`,
        ...rows.map(
          ({ id, title }) =>
            `| ${title} | ${tried.map(({ cells }) => cells[id] ?? 'not tried').join(' | ')} |`,
        ),
      ].join('\n');
    })
    .join('\n\n');
}

/** What became of one recorded conversation. */
export interface RecordedResult {
  /** Client and version. */
  readonly client: string;
  readonly scenario: string;
  readonly requests: number;
  readonly answered: number;
  /** Requests whose prompt begins with the whole prompt of the one before. */
  readonly continued: number;
}

/** Returns the table of recorded conversations. */
export function toRecordedTable(results: readonly RecordedResult[]): string {
  return [
    '## Recorded conversations',
    '',
    '| client | scenario | requests | answered | prompts that begin with the one before |',
    '| --- | --- | --: | --: | --: |',
    ...results.map(
      ({ client, scenario, requests, answered, continued }) =>
        `| ${client} | ${scenario} | ${requests} | ${answered} | ${requests > 1 ? `${continued} of ${requests - 1}` : ''} |`,
    ),
  ].join('\n');
}
