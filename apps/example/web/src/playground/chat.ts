import { computed, signal } from '@preact/signals';
import { createClient } from '../api/client.ts';
import { findModel, loadModels, modelList } from '../api/models.ts';
import { announceEnd } from './announcement.ts';
import { focusComposer } from './composer-focus.ts';
import { turns, type Answer, type AnswerTurn, type Picture, type Turn } from './conversation.ts';
import { runAnswer } from './run-answer.ts';
import { settings } from './settings/settings.ts';
import { saveConversation } from './stored-conversation.ts';
import { toMessages } from './to-messages.ts';

const running = signal<AbortController | undefined>(undefined);

export const isRunning = computed(() => running.value !== undefined);

/** Says something to the model, and lets it answer. */
export function send(text: string, pictures: readonly Picture[]): void {
  if (isRunning.value) return;
  answerAfter([...turns.value, { role: 'user', id: createId(), text, pictures }]);
}

/** Lets the model answer the last turn of the user once more. */
export function regenerate(): void {
  const last = turns.value.findLastIndex(({ role }) => role === 'user');
  if (last !== -1 && !isRunning.value) answerAfter(turns.value.slice(0, last + 1));
}

/** Puts other words into a turn of the user; what came after it is dropped. */
export function edit(id: string, text: string): void {
  const index = turns.value.findIndex((turn) => turn.id === id);
  const turn = turns.value[index];
  if (turn?.role !== 'user' || isRunning.value) return;
  answerAfter([...turns.value.slice(0, index), { ...turn, text }]);
}

/** Ends the answer that is under way; what came of it stays. */
export function stop(): void {
  running.value?.abort();
  focusComposer();
}

/** Forgets the conversation. */
export function clear(): void {
  stop();
  turns.value = [];
  saveConversation();
}

function answerAfter(history: readonly Turn[]): void {
  const answer = signal<Answer>({
    steps: [],
    state: { kind: 'running', sentAt: performance.now(), requestId: undefined },
  });
  const turn: AnswerTurn = { role: 'answer', id: createId(), answer };
  turns.value = [...history, turn];
  saveConversation();
  // The button that was pressed is gone.
  focusComposer();
  void run(turn, history);
}

async function run({ answer }: AnswerTurn, history: readonly Turn[]): Promise<void> {
  const controller = new AbortController();
  running.value = controller;
  const { model } = settings.value;
  await runAnswer(answer, {
    client: createClient(),
    settings: settings.value,
    // Any name means the server's default model to it.
    model: findModel(model)?.id ?? (model === '' ? 'default' : model),
    messages: toMessages(history),
    signal: controller.signal,
  });
  // A conversation that was cleared meanwhile may have begun its next answer.
  if (running.value === controller) running.value = undefined;
  announceEnd(answer.value);
  saveConversation();
  if (modelList.value.state === 'failed' && answer.value.state.kind === 'done') void loadModels();
}

/** Not `crypto.randomUUID`, which pages that come by HTTP from another machine do not have. */
function createId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (value) => value.toString(36)).join('-');
}
