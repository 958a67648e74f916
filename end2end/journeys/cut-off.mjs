import { Line } from '../line.mjs';
import { journey } from '../world.mjs';

// What a page shows that was cut off is right by itself once the line is there again, however it went.
for (const [how, cut] of [['whose network is cut', (line) => line.pull()], ['whose server is killed', (line) => line.break()]]) {
  journey(`a page ${how} says so, and shows the right map by itself when the line is back`, async ({ visitor, note }) => {
    const line = await Line.open();
    try {
      const [ada, grace] = [await visitor(line.options), await visitor()];
      for (const one of [ada, grace]) {
        await one.holds('direct');
        await one.page.goto(`/book/${one.hold}/seats`);
        await one.waitsUntilLive();
      }
      const seats = (await ada.freeSeats()).slice(20, 22);
      cut(line);
      for (const seat of seats) await grace.takes(seat);
      await ada.page.getByRole('status').filter({ hasText: /^Updates are slower at the moment/ }).waitFor();
      await ada.seat(seats[1], 'free$').waitFor();
      line.mend();
      const mended = Date.now();
      await ada.seat(seats[1], 'being chosen by someone else$').waitFor();
      await ada.seat(seats[0], 'free$').waitFor();
      await ada.waitsUntilLive();
      note(`right again ${Date.now() - mended} ms after the line was`);
    } finally {
      line.close();
    }
  });
}
