/** Something that the person who started the app can put right; its message is printed alone, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
