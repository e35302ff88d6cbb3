/** What a client is asked to do with a server, until it has the whole answer; calls of its tool are answered on the way. */
export interface Task {
  /** Of the server under test. */
  readonly url: string;
  readonly prompt: string;
  /** Base64 of a PNG that belongs to the prompt. */
  readonly image?: string;
  /** Offers the model the client's own tool. */
  readonly withTool?: boolean;
  readonly withThinking?: boolean;
  /** @defaultValue true */
  readonly stream?: boolean;
  /** @defaultValue none */
  readonly apiKey?: string;
  readonly signal?: AbortSignal;
  /** How often the client asks again after a failure. @defaultValue as the client does by itself */
  readonly maxRetries?: number;
  /** Milliseconds after which the client gives up a request and asks again. */
  readonly timeoutMs?: number;
  /** Told each piece of the answer's text as it comes, where the client streams. */
  readonly onText?: (text: string) => void;
}

/** What the client's user gets. */
export interface Finished {
  readonly text: string;
  /** Thinking, as far as it is shown. */
  readonly thinking: string;
}

/** What some clients have and others do not. */
export type Feature = 'parse' | 'countTokens' | 'listModels' | 'runTools';

/** A program or a library that people use, unchanged. A {@link Feature} that is left out is one that it does not have. */
export interface TriedClient {
  readonly name: string;
  readonly version: string;
  /** Whether its user chooses between a stream and a whole message. */
  readonly canChooseStream: boolean;
  /** Does a task. Rejects with what the client throws or says. */
  run(task: Task): Promise<Finished>;
  /** Returns the call of the client's tool whose result is `word`: name and JSON arguments. */
  callOf(word: string): { readonly name: string; readonly arguments: string };
  /** The call with which this client looks at the image of its task, if it does not send it by itself. */
  readonly imageCall?: { readonly name: string; readonly arguments: string };
  /** Asks for `{ "answer": number }` and returns what was made of it. */
  parse?(task: Task): Promise<unknown>;
  countTokens?(task: Task): Promise<number>;
  listModels?(task: Task): Promise<readonly string[]>;
  /** Runs the tool of a task in the client's own loop, which may let the server hold the conversation. */
  runTools?(task: Task): Promise<Finished>;
}
