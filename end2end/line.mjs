// A line between a browser and the server that can be cut: a forward proxy, which a visitor is let in by.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

export class Line {
  #ends = new Set();
  #state = 'open';
  #server;

  static async open() {
    const line = new Line();
    line.#server = http.createServer((asked, answered) => line.#pass(asked, answered));
    line.#server.on('connect', (asked, socket, head) => line.#tunnel(asked, socket, head));
    line.#server.on('connection', (socket) => line.#join(socket));
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  // For `visitor`: everything goes by this line, our own machine's addresses too.
  get options() {
    return { proxy: { server: `http://127.0.0.1:${this.#server.address().port}`, bypass: '<-loopback>' }, cutOff: true };
  }

  // As when a cable is pulled: nothing comes through, and nobody is told.
  pull() {
    this.#state = 'dead';
    for (const socket of this.#ends) socket.pause();
  }

  // As when the server is killed: every connection breaks, and none is taken.
  break() {
    this.#state = 'refused';
    for (const socket of this.#ends) socket.destroy();
  }

  // New connections come through again; those of before stay as they are.
  mend() { this.#state = 'open'; }

  close() {
    this.break();
    this.#server.close();
  }

  #join(socket) {
    this.#ends.add(socket);
    socket.on('error', () => {}).on('close', () => this.#ends.delete(socket));
    if (this.#state === 'refused') socket.destroy();
    if (this.#state === 'dead') socket.pause();
  }

  #pass(asked, answered) {
    const { method, headers } = asked;
    const onward = http.request(asked.url, { method, headers, agent: false }, (answer) => {
      answered.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(answered);
    });
    onward.on('socket', (socket) => this.#join(socket));
    onward.on('error', () => answered.destroy());
    asked.pipe(onward);
  }

  #tunnel(asked, socket, head) {
    const [host, port] = asked.url.split(':');
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    this.#join(onward);
    for (const [one, other] of [[socket, onward], [onward, socket]]) {
      one.on('error', () => {}).on('close', () => other.destroy());
    }
  }
}
