import type { Setting } from './client-settings.ts';

export const shells = ['bash', 'powershell', 'fish', 'json'] as const;
/** `json` is the content of Claude Code's `settings.json`. */
export type Shell = (typeof shells)[number];
type CommandShell = Exclude<Shell, 'json'>;

/** What the user's own shell is likely to be. */
export const usualShell: CommandShell = process.platform === 'win32' ? 'powershell' : 'bash';

/**
 * Returns text that sets the variables when the shell evaluates it; everything else in it is comment. `json` holds
 * nothing else.
 *
 * @param notes - lines for whoever reads it
 */
export function toShellText(shell: Shell, settings: readonly Setting[], notes: readonly string[]): string {
  if (shell === 'json') {
    const env = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
    return JSON.stringify({ env }, undefined, 2);
  }
  return [
    ...settings.flatMap(({ name, value, why }) => [toComment(why), assign(shell, name, value)]),
    '',
    ...notes.map(toComment),
  ].join('\n');
}

/** Returns the line that sets a variable for what the shell starts; `value` is quoted as that shell reads it. */
export function assign(shell: CommandShell, name: string, value: string): string {
  switch (shell) {
    case 'bash':
      return `export ${name}=${quote(value, `'\\''`)}`;
    case 'fish':
      // Inside of its single quotes \\ and \' are one character.
      return `set -gx ${name} ${quote(value.replaceAll('\\', '\\\\'), `\\'`)}`;
    case 'powershell':
      // Typographic quotes are quotes to it too; doubled, each is the character.
      return `$env:${name} = '${value.replaceAll(/['\u2018\u2019\u201A\u201B]/g, '$&$&')}'`;
    default:
      return shell satisfies never;
  }
}

/** A line break in a name would end the comment. */
function toComment(line: string): string {
  return line === '' ? '' : `# ${line.replaceAll(/[\r\n]+/g, ' ')}`;
}

/** Returns `value` in single quotes, if it has more than what no shell looks at. */
function quote(value: string, escapedQuote: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", escapedQuote)}'`;
}
