/**
 * The process of the reference: what `JSON.parse` and `JSON.stringify` of a request cost.
 *
 * @packageDocumentation
 */
import { answerCommands } from '../processes/commands.ts';
import type { ReferenceCommands } from './commands.ts';

answerCommands<ReferenceCommands>({
  parseAndStringify({ body, times }) {
    const before = process.cpuUsage();
    let length = 0;
    for (let index = 0; index < times; index += 1) length += JSON.stringify(JSON.parse(body)).length;
    const { user, system } = process.cpuUsage(before);
    if (length === 0) throw new Error('Nothing was written');
    return (user + system) / times;
  },
});
