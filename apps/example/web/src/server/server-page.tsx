/** The model server: its model, its slots, and how it is doing. */
export function ServerPage() {
  return (
    <section class="notice">
      <h1>Server</h1>
      <p>This server tells nothing about itself here.</p>
    </section>
  );
}
