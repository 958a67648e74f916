// Helps to type places into the search form: suggestions, and where a flight goes on from. The form works without it.

const LEAST_LETTERS = 2;
const PAUSE_MS = 120;

// The last question of a field counts, whichever answer comes first.
const asked = new WeakMap();

async function suggest(field) {
  const question = {};
  asked.set(field, question);
  const text = field.value.trim();
  await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  if (asked.get(field) !== question || text.length < LEAST_LETTERS) return;
  const answer = await fetch('/api/suggest_places', { method: 'POST', body: new URLSearchParams({ text }) }).catch(() => null);
  if (!answer?.ok || asked.get(field) !== question) return;
  const options = (await answer.json()).map(({ name, code, detail }) =>
    Object.assign(document.createElement('option'), { value: `${name} (${code})`, textContent: detail }));
  field.list.replaceChildren(...options);
}

function showWhereItGoesOn({ name, value }) {
  const next = document.querySelector(`input[data-follows="${name}"]`);
  if (next) next.placeholder = value || 'City or airport';
}

document.addEventListener('input', ({ target }) => {
  if (!target.matches?.('input[list]')) return;
  suggest(target);
  showWhereItGoesOn(target);
});
