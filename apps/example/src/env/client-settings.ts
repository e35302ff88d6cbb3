import { toOutputLimit } from '../coding-window.ts';
import type { ServedModel } from '../served-models.ts';

/** One environment variable, and what it is good for. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

export interface ClientSettingsOptions {
  readonly url: string;
  /** What to send as the key; anything if the server asks for none. */
  readonly key: string;
  readonly model: ServedModel;
}

/**
 * By which names tools and agents ask for a model. CLAUDE_CODE_SUBAGENT_MODEL is no way around: 2.1.330 puts them before it.
 */
const families = ['HAIKU', 'SONNET', 'OPUS', 'FABLE'];

/**
 * Returns what Claude Code (and, as far as they know the names, the SDKs) read from the environment to work with a
 * model. Each was tried with Claude Code 2.1.197 and 2.1.330; see `claude-code.test.ts`.
 */
export function toClientSettings({ url, key, model }: ClientSettingsOptions): readonly Setting[] {
  const { id, contextWindow } = model;
  const settings: Setting[] = [
    { name: 'ANTHROPIC_BASE_URL', value: url, why: 'where requests go' },
    { name: 'ANTHROPIC_AUTH_TOKEN', value: key, why: 'the key; without one it asks for a login' },
    { name: 'ANTHROPIC_MODEL', value: id, why: 'the model' },
    ...families.map((family) => ({
      name: `ANTHROPIC_DEFAULT_${family}_MODEL`,
      value: id,
      why: `what it calls ${family.toLowerCase()}, in subagents and for small tasks`,
    })),
  ];
  if (contextWindow !== undefined && isWindowHonoured(id)) {
    settings.push({
      name: 'CLAUDE_CODE_MAX_CONTEXT_TOKENS',
      value: String(contextWindow),
      why: 'the real context window; it assumes 200 000 or more and compacts too late',
    });
  }
  const outputLimit = contextWindow === undefined ? undefined : toOutputLimit(contextWindow);
  if (outputLimit !== undefined) {
    settings.push({
      name: 'CLAUDE_CODE_MAX_OUTPUT_TOKENS',
      value: String(outputLimit),
      why: 'the longest answer; it keeps as much of the window free',
    });
  }
  settings.push(
    {
      name: 'CLAUDE_CODE_ATTRIBUTION_HEADER',
      value: '0',
      why: 'no line in the prompt that differs in each conversation',
    },
    {
      name: 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
      value: '1',
      why: 'no requests beside the conversation that take a slot',
    },
  );
  return settings;
}

/** Claude Code 2.1.197 takes 200 000 tokens for every name that begins so, whatever the setting says. */
export function isWindowHonoured(id: string): boolean {
  return !id.startsWith('claude-');
}
