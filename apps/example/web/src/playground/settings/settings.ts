import { effect, signal } from '@preact/signals';
import { tabStorage } from '../../storage.ts';

export const thinkingModes = ['default', 'on', 'off', 'budget'] as const;
export type ThinkingMode = (typeof thinkingModes)[number];

/** What the user has set. An undefined number is left out of the request, so that the model server's own applies. */
export interface Settings {
  /** Empty for the server's first model. */
  readonly model: string;
  readonly system: string;
  readonly maxTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
  readonly thinking: ThinkingMode;
  /** Tokens of thinking at most, in the mode `budget`. */
  readonly thinkingBudget: number | undefined;
  /** Names of demo tools that are offered to the model. */
  readonly tools: readonly string[];
  /** Requests that one answer may take, each with the results of the one before. */
  readonly toolRounds: number | undefined;
  readonly isStructured: boolean;
  /** JSON, as typed. */
  readonly schema: string;
}

export const defaultSettings: Settings = {
  model: '',
  system: '',
  maxTokens: undefined,
  temperature: undefined,
  topP: undefined,
  topK: undefined,
  thinking: 'default',
  thinkingBudget: undefined,
  tools: [],
  toolRounds: undefined,
  isStructured: false,
  schema: JSON.stringify(
    {
      type: 'object',
      properties: { name: { type: 'string' }, facts: { type: 'array', items: { type: 'string' } } },
      required: ['name', 'facts'],
      additionalProperties: false,
    },
    null,
    2,
  ),
};

/** Where the API wants a number and the user gave none. */
export const fallbacks = { maxTokens: 4096, thinkingBudget: 2048, toolRounds: 8 } as const;

const storageKey = 'llama-messages.settings';

/** Kept for this tab. */
export const settings = signal<Settings>({ ...defaultSettings, ...readStored() });

effect(() => {
  tabStorage.write(storageKey, JSON.stringify(settings.value));
});

/** Changes some of the settings. */
export function changeSettings(change: Partial<Settings>): void {
  settings.value = { ...settings.value, ...change };
}

function readStored(): Partial<Settings> {
  try {
    return JSON.parse(tabStorage.read(storageKey) ?? '{}') as Partial<Settings>;
  } catch {
    return {};
  }
}
