// The parts of the SDK that are used, instead of its entry point: that brings every endpoint along, twice the size.
import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import { Models } from '@anthropic-ai/sdk/resources/models';
import { apiKey } from './key.ts';

export interface Client {
  readonly messages: Messages;
  readonly models: Models;
}

/** Returns the official SDK, pointed at the server that this page came from. */
export function createClient(): Client {
  const key = apiKey.value;
  const client = new BaseAnthropic({
    baseURL: location.origin,
    apiKey: key === '' ? null : key,
    authToken: null,
    // Null says that going without is meant.
    ...(key === '' && { defaultHeaders: { authorization: null } }),
    // The only key it can give away is the one that the user of this page typed.
    dangerouslyAllowBrowser: true,
    // What goes wrong is shown at once, with a button to try again; the times shown are those of one request.
    maxRetries: 0,
  });
  return { messages: new Messages(client), models: new Models(client) };
}
