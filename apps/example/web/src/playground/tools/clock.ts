import { readField, type DemoTool } from './demo-tool.ts';

export const clock: DemoTool = {
  title: 'Clock',
  definition: {
    name: 'clock',
    description: "Tells the current date and time: the user's own, or that of a time zone.",
    input_schema: {
      type: 'object',
      properties: {
        time_zone: { type: 'string', description: "IANA name such as Europe/Berlin; the user's if left out" },
      },
    },
  },
  run(input) {
    const named = readField(input, 'time_zone');
    const timeZone =
      typeof named === 'string' && named !== '' ? named : Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone });
      return `${format.format(new Date())} (${timeZone})`;
    } catch (error) {
      throw new Error(`There is no time zone ${timeZone}. Use a name such as Europe/Berlin.`, {
        cause: error,
      });
    }
  },
};
