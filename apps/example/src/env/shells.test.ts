import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { assign, toShellText } from './shells.ts';

const odd = 'it\'s "a" $HOME `name` \\ back\\\'slash; # no comment';
const settings = [
  { name: 'FIRST', value: odd, why: 'a reason; touch nothing\nexport SECOND=wrong' },
  { name: 'SECOND', value: 'http://127.0.0.1:8787', why: "the address, isn't it" },
];
const print = `process.stdout.write(JSON.stringify([process.env.FIRST, process.env.SECOND]))`;

const hasFish = spawnSync('fish', ['--version']).status === 0;
if (!hasFish) console.warn('SKIPPED: what is written for fish is not tried, there is no fish on the PATH.');

describe('what a shell evaluates sets just the values', () => {
  test('bash', () => {
    const text = toShellText('bash', settings, ['a note with `ticks`']);
    const args = ['--norc', '-c', 'eval "$1"; exec "$2" -e "$3"', 'bash', text, process.execPath, print];
    expect(JSON.parse(execFileSync('bash', args, { encoding: 'utf8' }))).toEqual([odd, settings[1]?.value]);
  });

  test.skipIf(!hasFish)('fish', () => {
    const text = toShellText('fish', settings, ['a note with `ticks`']);
    const args = ['-c', 'echo $argv[1] | source; exec $argv[2] -e $argv[3]', text, process.execPath, print];
    expect(JSON.parse(execFileSync('fish', args, { encoding: 'utf8' }))).toEqual([odd, settings[1]?.value]);
  });

  test('PowerShell: only quotes mean something inside of its quotes, and it has five of them', () => {
    expect(assign('powershell', 'A', 'it\u2019s $HOME \'x\' "y" `z`')).toBe(
      `$env:A = 'it\u2019\u2019s $HOME ''x'' "y" \`z\`'`,
    );
  });

  test('json is what settings.json of Claude Code holds', () => {
    expect(JSON.parse(toShellText('json', settings, ['a note']))).toEqual({
      env: { FIRST: odd, SECOND: settings[1]?.value },
    });
  });
});
