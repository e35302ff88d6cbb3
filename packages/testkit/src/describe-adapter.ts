import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaseRunner, type CreateAdapterServer, createCaseRunner } from './case-runner.ts';
import { cases } from './cases.ts';

/** What is known to be different about one adapter. */
export interface AdapterTraits {
  /** Why a case cannot hold here, by the id of the case; shown in the report. An id that does not exist is an error. */
  readonly skip?: Readonly<Record<string, string>>;
}

/**
 * Defines one test for every conformance case, against real servers that `createServer` starts.
 *
 * @example
 * ```ts
 * describeAdapter('node:http', (options) => {
 *   const handler = createMessagesHandler(options);
 *   return listen(createServer(toNodeListener(handler)), () => handler.close());
 * });
 * ```
 */
export function describeAdapter(
  name: string,
  createServer: CreateAdapterServer,
  traits: AdapterTraits = {},
): void {
  describe(name, () => {
    let runner: CaseRunner;
    beforeAll(async () => {
      runner = await createCaseRunner(createServer, expect);
    });
    afterAll(() => runner.close());

    const skip = traits.skip ?? {};
    const ids = new Set(Object.values(cases).flatMap((members) => members.map(({ id }) => id)));
    const unknown = Object.keys(skip).filter((id) => !ids.has(id));
    if (unknown.length > 0) throw new Error(`no such cases: ${unknown.join(', ')}`);
    for (const [group, members] of Object.entries(cases))
      describe(group, () => {
        for (const conformanceCase of members) {
          const { id, title } = conformanceCase;
          const reason = skip[id];
          if (reason === undefined) test(`${id}: ${title}`, () => runner.run(conformanceCase));
          else test.skip(`${id}: ${title} (${reason})`, () => {});
        }
      });
  });
}
