import { APIUserAbortError } from '@anthropic-ai/sdk/core/error';
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Signal } from '@preact/signals';
import type { Client } from '../api/client.ts';
import { toProblem } from '../api/problem.ts';
import type { Answer, AnswerState, Step } from './conversation.ts';
import { createFrameLoop } from './frame-loop.ts';
import { fallbacks, type Settings } from './settings/settings.ts';
import { createStepRecorder } from './step-recorder.ts';
import { toStepMessages } from './to-messages.ts';
import { toRequest } from './to-request.ts';
import { runTool } from './tools/run-tool.ts';

export interface AnswerRequest {
  readonly client: Client;
  readonly settings: Settings;
  readonly model: string;
  /** The conversation up to here. */
  readonly messages: readonly MessageParam[];
  /** Aborts the request under way, which frees the model. */
  readonly signal: AbortSignal;
}

/** Fills `answer` until the model has ended its turn, running the tools it calls; never rejects. */
export async function runAnswer(answer: Signal<Answer>, request: AnswerRequest): Promise<void> {
  const rounds = request.settings.toolRounds ?? fallbacks.toolRounds;
  let messages = request.messages;
  let state: AnswerState = { kind: 'tool-limit' };
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const step = await runStep(answer, { ...request, messages });
      if (step.stopReason !== 'tool_use') {
        state = { kind: 'done' };
        break;
      }
      messages = [...messages, ...toStepMessages(step)];
    }
  } catch (error) {
    state =
      error instanceof APIUserAbortError
        ? { kind: 'stopped' }
        : { kind: 'failed', problem: toProblem(error) };
  }
  answer.value = { ...answer.value, state };
}

/** One request. Resolves with its step, the results of its tools included. */
async function runStep(
  answer: Signal<Answer>,
  { client, settings, model, messages, signal }: AnswerRequest,
): Promise<Step> {
  const before = answer.value.steps;
  const recorder = createStepRecorder(settings.isStructured);
  const sentAt = performance.now();
  let requestId: string | undefined;
  const show = (step: Step): void => {
    answer.value = { steps: [...before, step], state: { kind: 'running', sentAt, requestId } };
  };
  const loop = createFrameLoop(() => show(recorder.read()));

  show(recorder.read());
  const stream = client.messages.stream(toRequest(settings, model, messages), { signal });
  stream.on('connect', () => {
    requestId = stream.request_id ?? undefined;
    loop.request();
  });
  stream.on('streamEvent', (event, message) => {
    if (recorder.onEvent(event, message)) loop.request();
  });
  try {
    await stream.done();
  } finally {
    loop.flush();
  }

  const step = recorder.read();
  if (step.stopReason !== 'tool_use') return step;
  const results = step.blocks.flatMap((block) => (block.type === 'tool_use' ? [runTool(block)] : []));
  const finished = { ...step, results };
  show(finished);
  return finished;
}
