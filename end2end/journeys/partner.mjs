// What another program does by the partner API, through Duffel's own client as npm has it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Duffel, DuffelError } from '@duffel/api';
import { setting, until } from '../world.mjs';

const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const client = (token = setting('SKYCONNECT_API_TOKEN')) => new Duffel({ token, basePath: setting('BASE_URL') });

const people = [['Grace', 'Hopper', '1976-12-09'], ['Edsger', 'Dijkstra', '1980-05-11']];

// Offers for two on a day on which nothing else is booked here.
async function search(duffel, days, extra = {}) {
  const { data: request } = await duffel.offerRequests.create({
    slices: [{ origin: 'NYC', destination: 'BOS', departure_date: inDays(days) }],
    passengers: [{ type: 'adult' }, { type: 'adult' }],
    cabin_class: 'economy',
    return_offers: true,
    supplier_timeout: 10_000,
    ...extra,
  });
  return request;
}

const ofBrand = (offers, brand) => offers.find((offer) => offer.slices[0].fare_brand_name === brand && offer.slices[0].segments.length === 1);

const named = (offer) => offer.passengers.map(({ id }, i) => ({
  id,
  title: 'dr',
  gender: i === 0 ? 'f' : 'm',
  given_name: people[i][0],
  family_name: people[i][1],
  born_on: people[i][2],
  email: `agency-${process.pid}@example.com`,
  phone_number: '+1 617 555 0100',
}));

const paysFor = ({ total_amount: amount, total_currency: currency }) => ({ type: 'balance', amount, currency });

const refused = (code) => (error) => {
  assert(error instanceof DuffelError, String(error));
  assert.equal(error.errors[0].code, code);
  assert(error.errors[0].title && error.errors[0].message && error.errors[0].type);
  assert(error.meta.request_id);
  return true;
};

test('an agency searches, reads the seat map, books with seats, and cancels', async (t) => {
  const duffel = client();
  const { data: places } = await duffel.suggestions.list({ query: 'new york' });
  assert(places.some(({ type, iata_code: code }) => type === 'city' && code === 'NYC'), JSON.stringify(places));

  const request = await search(duffel, 40);
  assert(request.offers.length > 0);
  const offer = ofBrand(request.offers, 'Flex');
  const { data: read } = await duffel.offers.get(offer.id);
  assert.deepEqual(read, offer);

  const listed = [];
  for await (const { data } of duffel.offers.listWithGenerator({ offer_request_id: request.id, limit: 7 })) listed.push(data.id);
  assert.deepEqual(listed, request.offers.map(({ id }) => id), 'a list is the same part by part');

  const { data: [map] } = await duffel.seatMaps.get({ offer_id: offer.id });
  assert.equal(map.segment_id, offer.slices[0].segments[0].id);
  const seats = map.cabins
    .flatMap(({ rows }) => rows).flatMap(({ sections }) => sections).flatMap(({ elements }) => elements)
    .filter(({ type, available_services: services }) => type === 'seat' && services.length === 2);
  const chosen = offer.passengers.map(({ id }, i) => seats[i].available_services.find(({ passenger_id: of }) => of === id));

  const { data: order } = await duffel.orders.create({
    type: 'instant',
    selected_offers: [offer.id],
    passengers: named(offer),
    services: chosen.map(({ id }) => ({ id, quantity: 1 })),
    payments: [paysFor(offer)],
    metadata: { desk: 'end2end' },
  });
  assert.match(order.booking_reference, /^[2-9B-DF-HJ-NP-TV-XZ]{6}$/);
  assert.equal(order.documents.length, 2);
  assert.deepEqual(
    order.slices[0].segments[0].passengers.map(({ seat }) => seat.designator),
    seats.slice(0, 2).map(({ designator }) => designator),
  );
  assert.deepEqual((await duffel.orders.get(order.id)).data, order);

  const { data: cancellation } = await duffel.orderCancellations.create({ order_id: order.id });
  assert.equal(cancellation.refund_amount, order.total_amount);
  assert.equal(cancellation.refund_to, 'balance');
  const { data: confirmed } = await duffel.orderCancellations.confirm(cancellation.id);
  assert(confirmed.confirmed_at);
  assert((await duffel.orders.get(order.id)).data.cancelled_at);
  t.diagnostic(`${request.offers.length} offers; ${order.booking_reference} booked in ${seats[0].designator} and ${seats[1].designator}, and cancelled`);
});

test('an agency keeps a booking and pays for it later', async (t) => {
  const duffel = client();
  const request = await search(duffel, 41);
  const offer = ofBrand(request.offers, 'Standard');
  assert.equal(offer.payment_requirements.requires_instant_payment, false);
  const { data: held } = await duffel.orders.create({ type: 'hold', selected_offers: [offer.id], passengers: named(offer) });
  assert.equal(held.payment_status.awaiting_payment, true);
  assert(new Date(held.payment_status.payment_required_by) > new Date());
  assert.deepEqual(held.documents, []);
  const { data: waiting } = await duffel.orders.list({ awaiting_payment: true });
  assert(waiting.some(({ id }) => id === held.id));

  const { data: payment } = await duffel.payments.create({ order_id: held.id, payment: paysFor(held) });
  assert.equal(payment.amount, held.total_amount);
  const { data: paid } = await duffel.orders.get(held.id);
  assert.equal(paid.payment_status.awaiting_payment, false);
  assert.equal(paid.booking_reference, held.booking_reference);
  assert.equal(paid.documents.length, 2);
  t.diagnostic(`${held.booking_reference} kept until ${held.payment_status.payment_required_by}, and paid`);
});

test('an agency flies there and back', async () => {
  const duffel = client();
  const { offers } = await search(duffel, 42, {
    slices: [
      { origin: 'JFK', destination: 'BOS', departure_date: inDays(42) },
      { origin: 'BOS', destination: 'JFK', departure_date: inDays(45) },
    ],
    max_connections: 0,
  });
  const offer = offers[0];
  assert.equal(offer.slices.length, 2);
  const { data: order } = await duffel.orders.create({
    type: 'instant', selected_offers: [offer.id], passengers: named(offer), payments: [paysFor(offer)],
  });
  assert.equal(order.slices.length, 2);
});

test('an agency books a trip of three slices that comes home from another city', async (t) => {
  const duffel = client();
  const slices = [
    { origin: 'BOS', destination: 'JFK', departure_date: inDays(46) },
    { origin: 'JFK', destination: 'LAX', departure_date: inDays(49) },
    { origin: 'JFK', destination: 'BOS', departure_date: inDays(53) },
  ];
  const { offers } = await search(duffel, 46, { slices, max_connections: 0 });
  const offer = offers.find((one) => one.slices[0].fare_brand_name === 'Flex');
  const routes = ({ slices: flown }) => flown.map(({ origin, destination }) => `${origin.iata_code}-${destination.iata_code}`);
  assert.deepEqual(routes(offer), ['BOS-JFK', 'JFK-LAX', 'JFK-BOS']);
  const { data: order } = await duffel.orders.create({
    type: 'instant', selected_offers: [offer.id], passengers: named(offer), payments: [paysFor(offer)],
  });
  assert.deepEqual(routes(order), routes(offer));
  assert.equal(order.total_amount, offer.total_amount);
  await assert.rejects(search(duffel, 46, { slices: [slices[0], { ...slices[1], departure_date: inDays(45) }] }), refused('invalid_search'));
  await assert.rejects(search(duffel, 46, { slices: Array.from({ length: 7 }, () => slices[0]) }), refused('too_many_slices'));
  t.diagnostic(`${offers.length} offers; ${order.booking_reference}: ${routes(order).join(', ')}`);
});

test('what an agency asks wrongly is said in the form that its client reads', async () => {
  const duffel = client();
  await assert.rejects(client('sky_nobodys').airlines.list(), refused('access_token_not_found'));
  await assert.rejects(duffel.offers.get('off_made.up'), refused('not_found'));
  await assert.rejects(search(duffel, -3), refused('invalid_search'));
  const { offers } = await search(duffel, 43);
  const offer = ofBrand(offers, 'Basic');
  const order = { type: 'instant', selected_offers: [offer.id], passengers: named(offer), payments: [paysFor(offer)] };
  await assert.rejects(
    duffel.orders.create({ ...order, payments: [{ ...order.payments[0], amount: '1.00' }] }),
    refused('payment_amount_does_not_match_order_amount'),
  );
  await assert.rejects(duffel.orders.create({ ...order, type: 'hold', payments: undefined }), refused('order_type_not_eligible_for_payment'));
  const { data: first } = await duffel.orders.create(order);
  const { data: again } = await duffel.orders.create(order);
  assert.equal(again.id, first.id, 'sent twice is made once');
  await assert.rejects(
    duffel.orders.create({ ...order, metadata: { another: 'request' } }),
    refused('offer_already_booked'),
  );
});

test("an agency's program is told what happens to its orders", async (t) => {
  const duffel = client();
  const heard = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    heard.push({ signature: request.headers['x-duffel-signature'], body: Buffer.concat(chunks).toString() });
    response.writeHead(200).end();
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  try {
    const { data: endpoint } = await duffel.webhooks.create({
      url: `http://127.0.0.1:${server.address().port}/events`, events: ['order.created', 'order_cancellation.confirmed'],
    });
    await duffel.webhooks.ping(endpoint.id);
    const { offers } = await search(duffel, 44);
    const offer = ofBrand(offers, 'Flex');
    const { data: order } = await duffel.orders.create({
      type: 'instant', selected_offers: [offer.id], passengers: named(offer), payments: [paysFor(offer)],
    });
    const { data: cancellation } = await duffel.orderCancellations.create({ order_id: order.id });
    await duffel.orderCancellations.confirm(cancellation.id);
    await until('all three are heard', async () => heard.length >= 3 || new Promise((later) => { setTimeout(later, 50); }));
    const events = heard.map(({ body }) => JSON.parse(body));
    assert.deepEqual(events.map(({ type }) => type), ['ping.triggered', 'order.created', 'order_cancellation.confirmed']);
    assert.equal(events[1].data.object.id, order.id);
    for (const { signature, body } of heard) {
      const [, at, v1] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(signature);
      assert.equal(v1, createHmac('sha256', endpoint.secret).update(`${at}.${body}`).digest('hex'));
    }
    const { data: deliveries } = await duffel.webhooks.listDeliveries({ delivery_success: true, endpoint_id: endpoint.id });
    assert.equal(deliveries.length, 2);
    await duffel.webhooks.delete(endpoint.id);
    t.diagnostic(events.map(({ type }) => type).join(', '));
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('what the API can be asked is a page without scripts and a document', async () => {
  const page = await fetch(new URL('/api-docs', setting('BASE_URL')));
  const [html, policy] = [await page.text(), page.headers.get('content-security-policy')];
  assert.match(policy, /default-src 'none'; style-src 'self'/);
  assert(!html.includes('<script') && html.includes('/air/offer_requests'));
  const document = await (await fetch(new URL('/api-docs/openapi.json', setting('BASE_URL')))).json();
  assert.match(document.openapi, /^3\.1/);
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
});
