// A Redis of a journey's own, which can be taken away and brought back. It keeps nothing.
import { once } from 'node:events';
import net from 'node:net';
import { Program, freePort } from './program.mjs';

export class Redis {
  #port;
  #program;

  static async start() {
    const redis = new Redis();
    redis.#port = await freePort();
    await redis.revive();
    return redis;
  }

  get url() { return `redis://127.0.0.1:${this.#port}`; }

  // Every connection breaks, and none is taken.
  async kill() { await this.#program.end('SIGKILL'); }

  // On the same port, with nothing in it.
  async revive() {
    const words = ['--bind', '127.0.0.1', '--port', `${this.#port}`, '--save', '', '--appendonly', 'no'];
    this.#program = await Program.start('redis', 'redis-server', words);
    await this.#program.isReady(() => this.#answers());
  }

  // Connections stay, new ones too are taken by the kernel, and nothing is answered.
  async freeze() { this.#program.signal('SIGSTOP'); }

  async thaw() { this.#program.signal('SIGCONT'); }

  async #answers() {
    const socket = net.connect(this.#port, '127.0.0.1');
    try {
      socket.write('PING\r\n');
      const [answer] = await once(socket, 'data');
      return answer.toString().startsWith('+PONG');
    } finally {
      socket.destroy();
    }
  }
}
