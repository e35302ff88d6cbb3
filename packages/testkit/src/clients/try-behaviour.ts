import type { CaseRunner } from '../case-runner.ts';
import { type Behaviour, type Cell, none } from './behaviour.ts';
import type { TriedClient } from './tried-client.ts';

/**
 * Tries one behaviour with one client and returns what the page is to say of it.
 * Rejects if the client's user is let down.
 */
export async function tryBehaviour<Client extends TriedClient>(
  behaviour: Behaviour<Client>,
  client: Client,
  runner: CaseRunner,
): Promise<Cell> {
  const { needs } = behaviour;
  if (needs && client[needs] === undefined) return none;
  const missing = behaviour.unless?.(client);
  if (missing !== undefined) return missing;
  let cell: Cell = none;
  await runner.run({
    id: behaviour.id,
    title: `MUST ${behaviour.title}`,
    run: async (context) => {
      cell = await behaviour.run(client, context);
    },
  });
  return cell;
}
