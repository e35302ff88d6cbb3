import { parseCommandLine, toHttpUrl } from '../command-line.ts';
import { usualServer } from '../options.ts';
import { showProgress } from '../progress.ts';
import { checkAccess } from './access-check.ts';
import { checkCache } from './cache-checks.ts';
import { worst, type Check } from './check.ts';
import { connect, dig, type Connection } from './connection.ts';
import { look, type Look } from './look.ts';
import { toText } from './report.ts';
import {
  checkContext,
  checkMetrics,
  checkModel,
  checkServer,
  checkSlots,
  checkTemplate,
  checkVision,
  type ServerFacts,
} from './server-checks.ts';
import { askVersion, askWindow, toServerKind, type ServerKind } from './server-kind.ts';
import {
  checkAnswer,
  checkThinking,
  checkTools,
  forcedCall,
  freeCall,
  greeting,
  sum,
} from './trial-checks.ts';
import { createTrials, type Trial, type Trials } from './trials.ts';

export const doctorUsage = `Usage: npm start -- doctor [options]

Looks at a model server, sends it a few short requests through the Messages API, and says what is wrong with it and
how to mend it: context window, chat template, tool calls, thinking, prompt cache, speed.

  --upstream URL          the server (default: ${usualServer})
  --upstream-api-key KEY  the key that it wants (without --upstream: LLAMA_API_KEY of the environment)
  --json                  for programs: { upstream, verdict, checks: [{ id, verdict, found, remedy }] };
                          npm start --silent -- doctor --json
  --help                  show this

Exit code: 0 if nothing is a problem (warnings are none), 1 if something is, 2 if the server cannot be asked.
`;

const limitMs = 10_000;

/** Where a report goes, and how. */
export interface Output {
  readonly write: (text: string) => void;
  readonly isColored: boolean;
}

/**
 * Checks a model server, writes the report, and returns the exit code.
 * @throws Failure that names the option that is wrong
 */
export async function doctor(args: readonly string[], output: Output): Promise<number> {
  const values = parseCommandLine(args, {
    upstream: { type: 'string' },
    'upstream-api-key': { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) {
    output.write(doctorUsage);
    return 0;
  }
  const upstream = toHttpUrl('upstream', values.upstream ?? usualServer, usualServer);
  // The key of the environment is llama-server's own; other servers are none of its business.
  const usualKey = values.upstream === undefined ? process.env['LLAMA_API_KEY'] : undefined;
  const apiKey = values['upstream-api-key'] ?? usualKey;
  const connection = connect(upstream, apiKey);
  const isJson = values.json === true;

  const checks: Check[] = [];
  const tell = (...found: readonly Check[]): void => {
    checks.push(...found);
    if (!isJson) for (const check of found) output.write(toText(check, output.isColored));
  };
  if (!isJson) output.write(`The model server at ${connection.host}\n`);

  const isAsked = await examine(upstream, apiKey, connection, tell);
  const verdict = isAsked ? worst(checks) : 'unreachable';
  if (isJson) output.write(JSON.stringify({ upstream: connection.host, verdict, checks }, undefined, 2));
  else output.write(`\n${toSummary(checks, isAsked)}`);
  return isAsked ? (verdict === 'problem' ? 1 : 0) : 2;
}

/** Makes the checks one after another; returns false if the server cannot be asked. */
async function examine(
  upstream: string,
  apiKey: string | undefined,
  connection: Connection,
  tell: (...checks: readonly Check[]) => void,
): Promise<boolean> {
  const seen = await look(connection);
  if ('check' in seen) {
    tell(seen.check);
    return false;
  }
  tell({ id: 'reachable', verdict: 'ok', found: `${connection.host} answers` });
  if (seen.isLoading) {
    const remedy = 'Wait until it is loaded, and ask again.';
    tell({ id: 'model', verdict: 'problem', found: 'the server is still loading its model', remedy });
    return true;
  }
  const trials = createTrials(upstream, apiKey);
  try {
    const greeted = await shown('Asking the model', trials.ask(greeting));
    const facts = await toFacts(connection, seen, trials, greeted);
    const { kind } = facts;
    tell(checkServer(facts), checkModel(facts), checkContext(facts), checkTemplate(facts));
    tell(checkSlots(facts), checkVision(facts), checkMetrics(facts), await checkAccess(kind, upstream));
    tell(checkAnswer(kind, greeted));
    if (!greeted.ok) return true;
    const forced = await shown('Asking for a tool call', trials.ask(forcedCall));
    tell(checkTools(kind, forced, await shown('Asking for a tool call', trials.ask(freeCall))));
    tell(checkThinking(kind, await shown('Asking for a thought', trials.ask(sum))));
    tell(...(await shown('Trying the prompt cache', checkCache(trials, facts))));
    return true;
  } finally {
    await trials.close();
  }
}

async function toFacts(
  connection: Connection,
  seen: Look,
  trials: Trials,
  greeted: Trial,
): Promise<ServerFacts> {
  const server = trials.server();
  const kind = toServerKind(server?.name ?? 'OpenAI-compatible');
  const model = server?.model.id ?? 'unknown';
  const { props, models } = await lookAtModel(connection, seen, model);
  const [version, window, countsTokens] = await Promise.all([
    askVersion(kind, connection, props),
    askWindow(kind, connection),
    askCounting(kind, connection, model),
  ]);
  return {
    kind,
    version,
    props,
    models,
    model,
    window:
      window ?? toPositive(dig(props, 'default_generation_settings', 'n_ctx')) ?? server?.model.contextWindow,
    slots: toPositive(dig(props, 'total_slots')) ?? server?.model.slots,
    vision: server?.model.vision,
    countsTokens,
    hasProgress: greeted.ok && greeted.hadProgress,
  };
}

/** A llama-server that is a router of several models tells nothing of a model before it has run, and then if asked for it. */
async function lookAtModel(connection: Connection, seen: Look, model: string): Promise<Look> {
  if (dig(seen.props, 'role') !== 'router') return seen;
  const signal = AbortSignal.timeout(limitMs);
  const path = `/props?model=${encodeURIComponent(model)}&autoload=false`;
  const answer = await connection.get(path, signal).catch(() => undefined);
  return answer?.status === 200 ? { ...seen, props: answer.json } : seen;
}

/** Whether the tokens of a chat can be counted exactly; only llama-server's older versions are of interest. */
async function askCounting(kind: ServerKind, connection: Connection, model: string): Promise<boolean> {
  if (kind.name !== 'llama-server') return true;
  const chat = { model, messages: [{ role: 'user', content: 'Hello!' }] };
  const path = '/v1/chat/completions/input_tokens';
  const answer = await connection.post(path, chat, AbortSignal.timeout(limitMs)).catch(() => undefined);
  return answer?.status === 200;
}

function toPositive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

async function shown<T>(what: string, work: Promise<T>): Promise<T> {
  const progress = showProgress(what);
  try {
    return await work;
  } finally {
    progress.end();
  }
}

function toSummary(checks: readonly Check[], isAsked: boolean): string {
  if (!isAsked) return 'Nothing more can be said before that is mended.';
  const count = (verdict: Check['verdict'], one: string): string[] => {
    const number = checks.filter((check) => check.verdict === verdict).length;
    return number === 0 ? [] : [`${number} ${one}${number === 1 ? '' : 's'}`];
  };
  const counts = [...count('problem', 'problem'), ...count('warning', 'warning')];
  return counts.length === 0 ? 'All is well.' : `${counts.join(', ')}.`;
}
