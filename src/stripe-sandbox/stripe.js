// The few calls of stripe.js that SkyConnect's payment page uses, answered by the sandbox that served this file.
//
// Stripe's own script puts the card form into a frame of Stripe's, so that card numbers never touch the page. This one
// writes plain inputs into the page: it is for test cards alone, and says so. It sets styles through element.style and
// adds neither style elements nor style attributes, so a strict Content-Security-Policy holds.
(() => {
  'use strict';

  const api = new URL(document.currentScript.src).origin;

  const colour = {
    ink: 'var(--ink, CanvasText)', quiet: 'var(--ink-2, GrayText)', surface: 'var(--surface, Canvas)',
    line: 'var(--line-strong, GrayText)', fault: 'var(--stop, #b3261e)',
  };

  function make(tag, properties = {}, style = {}, children = []) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    Object.assign(element.style, style);
    element.append(...children);
    return element;
  }

  const digitsOf = (text) => text.replace(/\D/g, '');
  const isAmex = (digits) => /^3[47]/.test(digits);

  function luhnHolds(digits) {
    let sum = 0;
    [...digits].reverse().forEach((digit, place) => {
      const value = Number(digit) * (place % 2 + 1);
      sum += value > 9 ? value - 9 : value;
    });
    return sum % 10 === 0;
  }

  // Each field: how it is labelled and typed, how its digits are written, and what is wrong with them, if anything.
  const fields = {
    number: {
      label: 'Card number', autocomplete: 'cc-number', placeholder: '1234 1234 1234 1234',
      digits: (text) => digitsOf(text).slice(0, isAmex(digitsOf(text)) ? 15 : 19),
      write: (digits) => (isAmex(digits)
        ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10)].filter(Boolean).join(' ')
        : digits.replace(/(\d{4})(?=\d)/g, '$1 ')),
      fault(digits) {
        if (digits.length < (isAmex(digits) ? 15 : 16)) return ['incomplete_number', 'Your card number is incomplete.'];
        return luhnHolds(digits) ? null : ['invalid_number', 'Your card number is invalid.'];
      },
    },
    expiry: {
      label: 'Expiry', autocomplete: 'cc-exp', placeholder: 'MM / YY',
      digits(text) {
        const [month, year] = text.split('/').map((part) => digitsOf(part));
        const typed = year === undefined ? month : month.padStart(2, '0') + year.slice(-2);
        return (/^[2-9]/.test(typed) ? `0${typed}` : typed).slice(0, 4);
      },
      write: (digits) => (digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits),
      fault(digits) {
        if (digits.length < 4) return ['incomplete_expiry', "Your card's expiry date is incomplete."];
        const [month, year] = [Number(digits.slice(0, 2)), 2000 + Number(digits.slice(2))];
        if (month < 1 || month > 12) return ['invalid_expiry_month', "Your card's expiry month is invalid."];
        const now = new Date();
        const past = year * 12 + month < now.getFullYear() * 12 + now.getMonth() + 1;
        return past ? ['invalid_expiry_year_past', "Your card's expiry date is in the past."] : null;
      },
    },
    cvc: {
      label: 'Security code', autocomplete: 'cc-csc', placeholder: 'CVC',
      digits: (text) => digitsOf(text).slice(0, 4),
      write: (digits) => digits,
      fault: (digits, number) => (digits.length === (isAmex(number) ? 4 : 3)
        ? null : ['incomplete_cvc', "Your card's security code is incomplete."]),
    },
  };

  class CardField {
    constructor(name, card) {
      Object.assign(this, fields[name]);
      this.card = card;
      const id = `stripe-${name}`;
      // No name: the page's own form must never send a card's number. Not `required` either, since the browser
      // would then stop the page's submit event, which Stripe's frame does not.
      this.input = make('input', {
        id, type: 'text', inputMode: 'numeric', autocomplete: this.autocomplete, placeholder: this.placeholder,
        spellcheck: false, 'aria-required': 'true', 'aria-describedby': `${id}-fault`,
      }, {
        font: 'inherit', color: colour.ink, background: colour.surface, width: '100%', boxSizing: 'border-box',
        minHeight: '2.75rem', padding: '0.5rem 0.75rem', border: `1px solid ${colour.line}`, borderRadius: 'var(--r1, 4px)',
      });
      this.note = make('span', { id: `${id}-fault` }, { color: colour.fault, fontSize: '0.8125rem' });
      this.root = make('div', {}, { display: 'grid', gap: '0.25rem', alignContent: 'start', flex: '1 1 8rem' }, [
        make('label', { htmlFor: id, textContent: this.label }, { fontSize: '0.8125rem', color: colour.quiet }),
        this.input, this.note,
      ]);
      this.input.addEventListener('input', (event) => this.typed(event));
      this.input.addEventListener('blur', () => this.input.value && this.showFault());
    }

    get value() { return this.digits(this.input.value); }

    get error() {
      const fault = this.fault(this.value, this.card.fields.number.value);
      return fault && { type: 'validation_error', code: fault[0], message: fault[1] };
    }

    typed(event) {
      // While something is taken away the text stands as it is, or its separators could not be deleted.
      if (!event.inputType?.startsWith('delete')) {
        const before = digitsOf(this.input.value.slice(0, this.input.selectionStart)).length;
        const atEnd = this.input.selectionStart === this.input.value.length;
        this.input.value = this.write(this.value);
        if (!atEnd) this.moveCaretBehind(before);
      }
      this.clearFault();
      this.card.changed();
    }

    moveCaretBehind(digits) {
      let place = 0;
      for (let seen = 0; place < this.input.value.length && seen < digits; place += 1) {
        if (/\d/.test(this.input.value[place])) seen += 1;
      }
      this.input.setSelectionRange(place, place);
    }

    showFault() {
      const { error } = this;
      if (!error) return this.clearFault();
      this.note.textContent = error.message;
      this.input.setAttribute('aria-invalid', 'true');
      this.input.style.borderColor = colour.fault;
      return error;
    }

    clearFault() {
      this.note.textContent = '';
      this.input.removeAttribute('aria-invalid');
      this.input.style.borderColor = colour.line;
      return null;
    }
  }

  // What elements.create('payment') gives: the card form.
  class PaymentElement {
    constructor() {
      this.listeners = {};
      this.fields = {};
      for (const name of Object.keys(fields)) this.fields[name] = new CardField(name, this);
      const { number, expiry, cvc } = this.fields;
      this.root = make('div', { role: 'group', 'aria-label': 'Card' }, { display: 'grid', gap: '0.75rem' }, [
        number.root,
        make('div', {}, { display: 'flex', flexWrap: 'wrap', gap: '0.75rem' }, [expiry.root, cvc.root]),
        make('p', { textContent: 'Test mode: no real card, no money' },
          { margin: '0', fontSize: '0.8125rem', color: colour.quiet }),
      ]);
    }

    mount(target) {
      const place = typeof target === 'string' ? document.querySelector(target) : target;
      if (!place) throw new Error(`The selector you specified (${target}) applies to no DOM elements.`);
      place.replaceChildren(this.root);
      queueMicrotask(() => this.tell('ready', { elementType: 'payment' }));
    }

    unmount() { this.root.remove(); }

    destroy() { this.unmount(); this.listeners = {}; }

    focus() { this.fields.number.input.focus(); }

    on(event, listener) { (this.listeners[event] ??= []).push(listener); return this; }

    off(event, listener) {
      this.listeners[event] = (this.listeners[event] ?? []).filter((known) => listener && known !== listener);
      return this;
    }

    tell(event, detail) { for (const listener of this.listeners[event] ?? []) listener(detail); }

    changed() {
      const all = Object.values(this.fields);
      this.tell('change', {
        elementType: 'payment', collapsed: false, value: { type: 'card' },
        empty: all.every((field) => !field.value), complete: all.every((field) => !field.error),
      });
    }

    // Shows every fault and moves to the first one.
    check() {
      const faulty = Object.values(this.fields).filter((field) => field.showFault());
      faulty[0]?.input.focus();
      return faulty[0]?.error;
    }

    toForm() {
      const { number, expiry, cvc } = this.fields;
      return {
        'payment_method_data[type]': 'card',
        'payment_method_data[card][number]': number.value,
        'payment_method_data[card][exp_month]': String(Number(expiry.value.slice(0, 2))),
        'payment_method_data[card][exp_year]': `20${expiry.value.slice(2)}`,
        'payment_method_data[card][cvc]': cvc.value,
      };
    }
  }

  class Elements {
    constructor(options) { this.options = { ...options }; this.payment = null; }

    create(type) {
      if (type !== 'payment') throw new Error(`The sandbox has no element '${type}'.`);
      this.payment = new PaymentElement();
      return this.payment;
    }

    getElement(type) { return type === 'payment' ? this.payment : null; }

    update(options) { Object.assign(this.options, options); }

    async submit() {
      const error = this.payment ? this.payment.check() : { type: 'validation_error', code: 'incomplete', message: 'There is no card form.' };
      return error ? { error } : { selectedPaymentMethod: 'card' };
    }
  }

  // Asks what the bank's page would ask; resolves to 'completed' or 'failed'.
  function authenticate() {
    return new Promise((resolve) => {
      const button = (label, outcome) => make('button', { type: 'button', textContent: label, className: 'btn', onclick: () => end(outcome) },
        { font: 'inherit', minHeight: '2.75rem', padding: '0 1rem', cursor: 'pointer' });
      const dialog = make('dialog', { 'aria-labelledby': 'stripe-3ds-title', 'aria-describedby': 'stripe-3ds-text' }, {
        color: colour.ink, background: colour.surface, border: `1px solid ${colour.line}`, borderRadius: 'var(--r2, 10px)',
        padding: '1.5rem', maxWidth: 'min(28rem, calc(100vw - 2rem))', margin: 'auto',
      }, [
        make('h2', { id: 'stripe-3ds-title', textContent: '3D Secure 2 test page' }, { margin: '0 0 0.5rem' }),
        make('p', { id: 'stripe-3ds-text', textContent: 'Here your bank would ask you to confirm the payment. Choose what it answers.' }, { margin: '0 0 1rem' }),
        make('div', {}, { display: 'flex', flexWrap: 'wrap', gap: '0.75rem' },
          [button('Complete authentication', 'completed'), button('Fail authentication', 'failed')]),
      ]);
      function end(outcome) { dialog.close(); dialog.remove(); resolve(outcome); }
      // Escape gives the authentication up, as closing the bank's window does.
      dialog.addEventListener('cancel', (event) => { event.preventDefault(); end('failed'); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  const idOf = (clientSecret) => String(clientSecret).split('_secret_')[0];

  class StripeSandbox {
    constructor(publishableKey) {
      if (!String(publishableKey).startsWith('pk_')) throw new Error('Please call Stripe() with your publishable key.');
      this.publishableKey = publishableKey;
    }

    elements(options) { return new Elements(options); }

    async retrievePaymentIntent(clientSecret) {
      return this.ask(`/v1/payment_intents/${idOf(clientSecret)}?${new URLSearchParams({ client_secret: clientSecret })}`);
    }

    async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = 'always' }) {
      const secret = clientSecret ?? elements.options.clientSecret;
      const { error } = await elements.submit();
      if (error) return { error };
      const form = { client_secret: secret, return_url: confirmParams.return_url ?? '', ...elements.payment.toForm() };
      const confirmed = await this.ask(`/v1/payment_intents/${idOf(secret)}/confirm`, form);
      const result = await this.finish(confirmed, secret);
      if (!result.error && redirect !== 'if_required') return this.redirect(confirmParams.return_url, result.paymentIntent);
      return result;
    }

    async handleNextAction({ clientSecret }) {
      return this.finish(await this.retrievePaymentIntent(clientSecret), clientSecret);
    }

    async finish(result, clientSecret) {
      if (result.error || result.paymentIntent.status !== 'requires_action') return result;
      const outcome = await authenticate();
      const ended = await this.ask(`/sandbox/payment_intents/${idOf(clientSecret)}/authenticate`, { client_secret: clientSecret, outcome });
      const refused = outcome === 'failed' && ended.paymentIntent?.last_payment_error;
      return refused ? { error: { ...refused, payment_intent: ended.paymentIntent } } : ended;
    }

    redirect(returnUrl, intent) {
      const url = new URL(returnUrl, document.baseURI);
      url.searchParams.set('payment_intent', intent.id);
      url.searchParams.set('payment_intent_client_secret', intent.client_secret);
      url.searchParams.set('redirect_status', 'succeeded');
      window.location.assign(url);
      // The page is going away; Stripe's promise does not resolve either.
      return new Promise(() => {});
    }

    // One call: a GET, or a POST of `form`.
    async ask(path, form) {
      const headers = { Authorization: `Bearer ${this.publishableKey}` };
      try {
        const options = form ? { method: 'POST', headers, body: new URLSearchParams(form) } : { headers };
        const answer = await fetch(api + path, { ...options, credentials: 'omit', referrerPolicy: 'no-referrer' });
        const body = await answer.json();
        return body.error ? { error: body.error } : { paymentIntent: body };
      } catch {
        return {
          error: { type: 'api_connection_error', message: 'The payment provider cannot be reached. Please try again.' },
        };
      }
    }
  }

  window.Stripe = (publishableKey) => new StripeSandbox(publishableKey);
})();
