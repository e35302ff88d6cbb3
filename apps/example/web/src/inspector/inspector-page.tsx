/** What clients sent and got, exchange by exchange. */
export function InspectorPage() {
  return (
    <section class="notice">
      <h1>Inspector</h1>
      <p>
        Not on. It keeps what clients send, so it starts only when asked for:{' '}
        <code>npm start -- --inspect</code>
      </p>
    </section>
  );
}
