import { compactsAt, comfortableWindow, firstPrompt } from '../coding-window.ts';
import type { Check } from './check.ts';
import { dig } from './connection.ts';
import type { ServerKind } from './server-kind.ts';

/** What is known of a server without a request for a message. */
export interface ServerFacts {
  readonly kind: ServerKind;
  readonly version: string | undefined;
  readonly props: unknown;
  readonly models: unknown;
  readonly model: string;
  /** Tokens of one slot. */
  readonly window: number | undefined;
  readonly slots: number | undefined;
  readonly vision: boolean | undefined;
  /** Counts tokens of a chat exactly. */
  readonly countsTokens: boolean;
  /** Told how far it was while it read a prompt. */
  readonly hasProgress: boolean;
}

export function checkServer({ kind, version, countsTokens, hasProgress, props }: ServerFacts): Check {
  const found = version === undefined ? `${kind.name}, version unknown` : `${kind.name} ${version}`;
  if (kind.name !== 'llama-server') return { id: 'server', verdict: 'ok', found };
  const missing = [
    ...(hasProgress ? [] : ['progress while a prompt is read']),
    ...(countsTokens ? [] : ['exact token counts of chats']),
    ...(dig(props, 'chat_template_caps') === undefined ? ['what its chat template can do'] : []),
  ];
  if (missing.length === 0) return { id: 'server', verdict: 'ok', found };
  return {
    id: 'server',
    verdict: 'warning',
    found: `${found} does not tell: ${missing.join(', ')}`,
    remedy: 'Update llama.cpp; this version is older than what the bridge was made with.',
  };
}

export function checkModel({ model, models, props }: ServerFacts): Check {
  const list = dig(models, 'data');
  const others = Array.isArray(list) ? list.length - 1 : 0;
  const asleep = dig(props, 'is_sleeping') === true ? ', asleep until the next request' : '';
  const found = `${model}${others > 0 ? ` and ${others} more` : ''}${asleep}`;
  return { id: 'model', verdict: 'ok', found };
}

export function checkContext({ kind, window, slots, models }: ServerFacts): Check {
  const id = 'context';
  const trained = dig(models, 'data', 0, 'meta', 'n_ctx_train');
  const more =
    typeof trained === 'number' && trained < comfortableWindow
      ? `This model is made for ${spaced(trained)} tokens: take another one, and ${lower(kind.moreContext(comfortableWindow, slots))}`
      : kind.moreContext(comfortableWindow, slots);
  if (window === undefined) {
    return {
      id,
      verdict: 'unknown',
      found: 'the server does not tell its context window',
      remedy: `Claude Code's first prompt takes ${range} tokens. ${more}`,
    };
  }
  const found = `${spaced(window)} tokens${slots !== undefined && slots > 1 ? ' for each slot' : ''}`;
  const room = compactsAt(window);
  if (window <= firstPrompt.least) {
    const reason = `; Claude Code's first prompt alone takes ${range}`;
    return { id, verdict: 'problem', found: found + reason, remedy: more };
  }
  if (room < firstPrompt.most) {
    const at = room > 0 ? `compacts at ${spaced(room)}` : 'never stops compacting';
    const reason = `; Claude Code ${at}, and its first prompt takes ${range}`;
    return {
      id,
      verdict: room < firstPrompt.least ? 'problem' : 'warning',
      found: found + reason,
      remedy: more,
    };
  }
  return { id, verdict: 'ok', found };
}

/** Only llama-server tells what its template can do; of other servers, the trials show it. */
export function checkTemplate({ kind, props }: ServerFacts): Check {
  const id = 'template';
  const caps = dig(props, 'chat_template_caps');
  if (caps === undefined) return { id, verdict: 'unknown', found: 'the server does not tell what it can do' };
  const lacks = (name: string): boolean => dig(caps, name) === false;
  if (lacks('supports_tools') || lacks('supports_tool_calls')) {
    return { id, verdict: 'problem', found: 'it knows no tools, so no agent can work', remedy: kind.tools };
  }
  if (lacks('supports_system_role')) {
    return {
      id,
      verdict: 'warning',
      found: 'it knows no system role, so llama-server puts system prompts elsewhere',
      remedy: kind.tools,
    };
  }
  const parallel = lacks('supports_parallel_tool_calls') ? ', one call at a time' : '';
  return { id, verdict: 'ok', found: `it knows tools${parallel}, and the system role` };
}

export function checkSlots({ slots }: ServerFacts): Check {
  if (slots === undefined) return { id: 'slots', verdict: 'unknown', found: 'the server does not tell' };
  if (slots > 1) return { id: 'slots', verdict: 'ok', found: `${slots} requests at the same time` };
  const remedy = 'Subagents take turns. With memory to spare, -np 2 and twice the -c answers two at a time.';
  return { id: 'slots', verdict: 'ok', found: 'one request at a time; the others wait in turn', remedy };
}

export function checkVision({ kind, vision }: ServerFacts): Check {
  const id = 'vision';
  if (vision === undefined) return { id, verdict: 'unknown', found: 'the server does not tell' };
  if (vision) return { id, verdict: 'ok', found: 'images are seen' };
  return {
    id,
    verdict: 'ok',
    found: 'none: the model is told where an image was left out',
    remedy: kind.vision,
  };
}

export function checkMetrics({ kind, props }: ServerFacts): Check {
  const id = 'metrics';
  const isOn = dig(props, 'endpoint_metrics');
  if (kind.name !== 'llama-server' || typeof isOn !== 'boolean') {
    return { id, verdict: 'unknown', found: 'the server does not tell' };
  }
  return isOn
    ? { id, verdict: 'ok', found: 'served at /metrics' }
    : {
        id,
        verdict: 'ok',
        found: 'off',
        remedy: 'Start llama-server with --metrics to see its load in Prometheus.',
      };
}

const range = `${spaced(firstPrompt.least)} to ${spaced(firstPrompt.most)}`;

/** Returns the number with its thousands apart. */
function spaced(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
