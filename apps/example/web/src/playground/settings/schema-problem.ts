/** Returns why this text cannot be a JSON schema for an answer, or undefined if it can. */
export function schemaProblem(text: string): string | undefined {
  try {
    const schema: unknown = JSON.parse(text);
    return typeof schema === 'object' && schema !== null && !Array.isArray(schema)
      ? undefined
      : 'A schema is an object, such as {"type": "object", …}.';
  } catch (error) {
    return `Not JSON yet: ${error instanceof Error ? error.message : String(error)}`;
  }
}
