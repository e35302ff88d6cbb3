const t = performance.now();
await import('typebox/schema');
await import('typebox');
console.log('schema+typebox', performance.now() - t);
