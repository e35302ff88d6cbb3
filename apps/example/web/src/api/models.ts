import type { ModelInfo } from '@anthropic-ai/sdk/resources/models';
import { effect, signal } from '@preact/signals';
import { createClient } from './client.ts';
import { apiKey } from './key.ts';
import { toProblem, type Problem } from './problem.ts';

export type ModelList =
  | { readonly state: 'loading' }
  | { readonly state: 'known'; readonly models: readonly ModelInfo[] }
  | { readonly state: 'failed'; readonly problem: Problem };

/** What the server offers; asked for when the page starts, and again with another key. */
export const modelList = signal<ModelList>({ state: 'loading' });

let latest = 0;

/** Asks the server for its models. */
export async function loadModels(): Promise<void> {
  latest += 1;
  const mine = latest;
  modelList.value = { state: 'loading' };
  const list = await askForModels();
  // A newer question has gone out, perhaps with another key.
  if (mine === latest) modelList.value = list;
}

async function askForModels(): Promise<ModelList> {
  try {
    const { data } = await createClient().models.list();
    return { state: 'known', models: data };
  } catch (error) {
    return { state: 'failed', problem: toProblem(error) };
  }
}

/** Returns the model of that name; without one of that name the first, which is also what the server would take. */
export function findModel(name: string): ModelInfo | undefined {
  const list = modelList.value;
  if (list.state !== 'known') return undefined;
  return list.models.find(({ id }) => id === name) ?? list.models[0];
}

effect(() => {
  // Read, so that another key asks again.
  void apiKey.value;
  void loadModels();
});
