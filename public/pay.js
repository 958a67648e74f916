// The card form of the payment page, the one page that needs JavaScript: card numbers go from here straight to the payment
// provider. It fills the empty <form id="card-form">, and asks the server after each try where the payment stands.

const MOST_QUESTIONS = 14;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 6_000;
const SCRIPT_TIMEOUT_MS = 20_000;

const make = (tag, properties = {}, children = []) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

class CardDesk {
  constructor(form) {
    this.form = form;
    this.hold = form.dataset.hold;
    this.busy = false;
    this.place = make('div', { id: 'payment-element' });
    this.alert = make('div', { role: 'alert' });
    this.status = make('p', { className: 'muted small', role: 'status' });
    this.button = make('button', { type: 'submit', className: 'button go wide', disabled: true });
    form.replaceChildren(this.place, this.alert, this.button, this.status);
    form.addEventListener('submit', (event) => { event.preventDefault(); this.pay(); });
    this.rest();
  }

  // Loads the provider's script and shows its fields; a payment that is already under way is followed instead.
  async open() {
    this.button.disabled = true;
    this.status.textContent = 'Loading the card form …';
    try {
      await loadScript(this.form.dataset.scriptUrl);
      this.stripe = window.Stripe(this.form.dataset.publishableKey);
      const { paymentIntent } = await this.stripe.retrievePaymentIntent(this.form.dataset.clientSecret);
      if (['requires_capture', 'processing', 'succeeded'].includes(paymentIntent?.status)) return await this.follow();
      this.elements = this.stripe.elements({ clientSecret: this.form.dataset.clientSecret });
      this.elements.create('payment').mount(this.place);
      this.rest();
      this.button.disabled = false;
    } catch {
      this.status.textContent = '';
      this.complain('The card form of our payment provider could not be loaded. Your seats are kept, and nothing was charged.',
        this.retryButton('Load it again', () => this.open()));
    }
    return undefined;
  }

  async pay() {
    if (this.busy || !this.elements) return;
    this.work('Paying …');
    const { error } = await this.confirm();
    if (!error) {
      await this.follow();
    } else if (error.type === 'validation_error') {
      // The provider says beside its field what is missing; no bank was asked.
      this.rest();
    } else {
      await this.declined(error.message);
    }
  }

  async confirm() {
    try {
      return await this.stripe.confirmPayment({
        elements: this.elements,
        clientSecret: this.form.dataset.clientSecret,
        redirect: 'if_required',
        confirmParams: { return_url: window.location.href.split(/[?#]/)[0] },
      });
    } catch {
      return { error: { type: 'api_connection_error', message: 'The payment provider could not be reached.' } };
    }
  }

  // The bank has agreed: asks until the tickets are made out.
  async follow() {
    this.work('Paid. Making out your tickets …');
    let wait = FIRST_WAIT_MS;
    for (let question = 0; question < MOST_QUESTIONS; question += 1) {
      const answer = await this.settle();
      if (this.ended(answer)) return;
      if (answer === 'Late') this.status.textContent = 'Your time ran out before your bank agreed. If it has by now, we take your seats again, if they are still free …';
      if (answer.Confirming) {
        // It may take longer than this page asks: the page itself says what is the matter then.
        if (answer.Confirming.unclear) { window.location.reload(); return; }
        this.status.textContent = `Your bank has agreed. Asking ${answer.Confirming.supplier} to confirm your trip …`;
      }
      if (answer.Declined) { this.show(answer.Declined.message, answer.Declined.attempts_left); return; }
      await pause(wait);
      wait = Math.min(wait * 1.6, LONGEST_WAIT_MS);
    }
    this.status.textContent = '';
    this.complain('Your bank has agreed, but the tickets take longer than usual. You will not be charged twice.',
      this.retryButton('Ask again', () => this.follow()));
  }

  // The bank said no, or could not be asked: says why and lets another card be tried, for as long as the server does.
  async declined(message) {
    const answer = await this.settle();
    if (this.ended(answer)) return;
    // The time ran out meanwhile: the page says what may still come of it.
    if (answer === 'Late') { window.location.reload(); return; }
    const known = answer.Declined ?? answer.Open;
    this.show(message ?? answer.Declined?.message ?? 'The payment did not go through.', known?.attempts_left);
  }

  // Acts on an answer after which this form is of no more use.
  ended(answer) {
    if (answer.Ticketed) {
      this.status.textContent = 'Your tickets are ready.';
      window.location.assign(`/trips/${encodeURIComponent(answer.Ticketed.pnr)}`);
      return true;
    }
    if (answer === 'LookedInto') {
      this.form.replaceChildren(this.alert);
      this.complain('Your card was charged, but no tickets were made out for it. Our staff are looking into it. Please do not pay again.');
      return true;
    }
    const message = answer.Failed?.message ?? answer.Refused?.message ?? (answer.over ? answer.message : undefined);
    if (message === undefined) return false;
    this.form.replaceChildren(this.alert);
    this.complain(message, make('a', { className: 'button slim', href: '/', textContent: 'Search again' }));
    return true;
  }

  // Where the payment stands, as the server answers it; `{}` where it could not be asked.
  async settle() {
    try {
      const response = await fetch('/api/settle_payment', {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: new URLSearchParams({ hold: this.hold }),
      });
      const answer = await response.json();
      if (response.ok) return answer;
      return { over: response.status === 404 || response.status === 410, message: answer.message };
    } catch {
      return {};
    }
  }

  show(message, attemptsLeft) {
    this.rest();
    const tries = { 0: '', 1: ' One more try.' }[attemptsLeft] ?? (attemptsLeft ? ` ${attemptsLeft} more tries.` : '');
    this.complain(`${message} Your seats are kept.${tries}`);
  }

  complain(sentence, ...actions) {
    const note = make('div', { className: 'note stop' }, [make('p', { textContent: sentence }), ...actions]);
    this.alert.replaceChildren(note);
  }

  work(text) {
    this.busy = true;
    this.button.disabled = true;
    this.button.textContent = text;
    this.alert.replaceChildren();
    this.status.textContent = text;
    this.form.setAttribute('aria-busy', 'true');
  }

  rest() {
    this.busy = false;
    this.button.disabled = !this.elements;
    this.button.textContent = `Pay ${this.form.dataset.total}`;
    this.status.textContent = '';
    this.form.removeAttribute('aria-busy');
  }

  retryButton(label, action) {
    const onclick = () => { this.alert.replaceChildren(); action(); };
    return make('button', { type: 'button', className: 'button slim', textContent: label, onclick });
  }
}

// Resolves once the provider's script is there; a script that came before is not loaded twice.
function loadScript(url) {
  if (window.Stripe) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = make('script', { src: url, async: true, onload: resolve, onerror: reject });
    setTimeout(reject, SCRIPT_TIMEOUT_MS);
    document.head.append(script);
  }).then(() => (window.Stripe ? undefined : Promise.reject(new Error('no Stripe'))));
}

const form = document.querySelector('#card-form');
if (form) new CardDesk(form).open();
