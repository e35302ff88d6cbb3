// Loaded in front of a snippet: whatever port it wants to listen on, it gets a free one, and tells its parent which.
import { Server } from 'node:net';

const { listen } = Server.prototype;

Server.prototype.listen = function (...args) {
  const [first] = args;
  if (typeof first === 'object' && first !== null && 'port' in first) args[0] = { ...first, port: 0 };
  else args[0] = 0;
  this.once('listening', () => process.send?.(this.address().port));
  return listen.apply(this, args);
};
