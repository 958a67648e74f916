// A program that a journey starts for itself, on a free port of this machine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { artefact, until } from './world.mjs';

const startMost_ms = 60_000;
const endMost_ms = 20_000;

export class Program {
  #name;
  #process;
  #ended;

  // `name` is that of its log among the artefacts.
  static async start(name, command, words = [], settings = {}) {
    const program = new Program();
    const log = openSync(await artefact(`${name}.log`), 'a');
    program.#name = name;
    program.#process = spawn(command, words, { env: { ...process.env, ...settings }, stdio: ['ignore', log, log] });
    program.#ended = once(program.#process, 'exit');
    return program;
  }

  async isReady(question) {
    await until(`${this.#name} answers`, async () => {
      const { exitCode, signalCode } = this.#process;
      assert.equal(exitCode ?? signalCode, null, `${this.#name} has ended; its log is among the artefacts`);
      return await question().catch(() => false) || await pause(50, false);
    }, startMost_ms);
  }

  signal(name) { this.#process.kill(name); }

  // Asks it to end, and insists after a while.
  async end(signal = 'SIGTERM') {
    this.signal(signal);
    const insisting = setTimeout(() => this.signal('SIGKILL'), endMost_ms);
    await this.#ended;
    clearTimeout(insisting);
  }
}

// Ports from 32768 on belong to the machine's own outgoing connections, one of which may take a port between two starts.
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const listener = net.createServer().listen(port, '127.0.0.1');
    const isFree = await once(listener, 'listening').then(() => true, () => false);
    listener.close();
    if (isFree) return port;
  }
}
