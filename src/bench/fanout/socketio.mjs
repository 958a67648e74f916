// socket.io with its Redis adapter, as its guide sets it up: viewers join the room of their departure.
// node socketio.mjs MODULES PORT REDIS_URL
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const [modules, port, redisUrl] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { Server } = require('socket.io');
const { createAdapter } = require('@socket.io/redis-adapter');
const { createClient } = require('redis');

const publishing = createClient({ url: redisUrl });
const subscribing = publishing.duplicate();
await Promise.all([publishing.connect(), subscribing.connect()]);

const server = createServer((request, response) => response.end('ready'));
const io = new Server(server, {
  adapter: createAdapter(publishing, subscribing),
  transports: ['websocket'],
  perMessageDeflate: false,
});
io.on('connection', (socket) => {
  socket.on('watch', (room, done) => {
    socket.join(room);
    done();
  });
});
server.listen(Number(port), '127.0.0.1');
