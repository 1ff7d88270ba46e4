// The exchange's page for a person. Amounts stay texts or BigInts from the wire to the screen, never floats;
// all that the exchange says is put in as text, never as markup; key, secret and token stay in memory.

// ---------------------------------------------------------------------------------------------- words

const EN = {
  title: "Carbon exchange", venue_clock: "Venue clock", language: "Language", sign_in: "Sign in",
  sign_out: "Sign out", key_id: "Key id", secret: "Secret", account_optional: "Account",
  sign_in_help: "Key and secret stay in this tab's memory, and are gone when it closes.",
  account_help: "For which you trade, such as KEE-001. Leave it empty to watch, or if the key has traded before.",
  instrument: "Instrument", last_price: "Last price", bulletin: "Today's bulletin", depth: "Depth",
  depth_caption: "Sell levels, highest first, then buy levels, highest first", level: "Level", price: "Price",
  quantity: "Quantity", posts: "Posts", action: "Action", trades: "Last trades", time: "Time", method: "Method",
  no_trades: "No trades yet.", place_order: "Place an order", side: "Side", buy: "Buy", sell: "Sell",
  value: "Value", review: "Review the order", own_orders: "Own orders", show_ended: "Show ended orders",
  filled: "Filled", state: "State", no_orders: "No orders.", holdings: "Holdings", position: "At the venue",
  asset: "Asset", sellable: "Sellable", offered: "Offered", bought: "Bought today", ledger: "In the ledger",
  bucket: "Part", last_days: "Last days", date: "Day", open: "Open", high: "High", low: "Low", close: "Close",
  close_so_far: "Close so far", change: "Change", volume: "Volume", turnover: "Turnover",
  previous_close: "Previous close", deals: "Trades", no_days: "No day is closed yet.",
  watching: "No account: you can watch, not trade. Sign in with an account to place orders.",
  will_be_sent: "This will be sent to the exchange:", back: "Back", send: "Send", account: "Account",
  cash: "Cash to spend", committed: "Behind orders", proceeds: "Earned today", spread: "Spread", no_depth: "No levels",
  take: "Take", yours: "yours", cancel: "Cancel", close_notice: "Close", again: "Try again",
  day_open: "Day {0} is open", day_closed: "No day is open", live: "Live", connecting: "Connecting…",
  lost: "Connection lost, trying again…", off: "Not connected", signing_in: "Signing in…", sending: "Sending…",
  buy_level: "Buy {0}", sell_level: "Sell {0}", take_label: "Take the first post at {0}: {1}",
  cancel_label: "Cancel order: {0} {1} at {2}", confirm_buy: "Buy {0}?", confirm_sell: "Sell {0}?",
  confirm_take_buy: "Buy {0} from a post?", confirm_take_sell: "Sell {0} to a post?",
  confirm_cancel: "Cancel this order?", post: "Post", order: "Order", client_id: "Your order id",
  quantity_help: "In {0}, in steps of {1}", price_help: "In {0}, in steps of {1}",
  price_band: "In {0}, in steps of {1}; today {2} to {3}",
  bad_number: "Write a number in the digits 0 to 9, such as 1000.",
  bad_price: "Write a price in the digits 0 to 9 with a point, such as 74.05.",
  not_positive: "Must be more than zero.", off_step: "Must be a multiple of {0}.", missing: "Must be filled in.",
  placed: "Order placed: {0} {1} {2} at {3}. {4}", cancelled: "Order cancelled: {0} {1} {2} at {3}.",
  took: "Traded: {0} {1} {2} at {3}.", traded_at_once: "It traded {0} at once.",
  refused: "The exchange refused: {0}", fine: "Code {0}, request {1}",
  unknown_outcome: "The exchange did not answer, so it is not known whether this was done. Trying again is safe: nothing is done twice.",
  no_answer: "The exchange does not answer. Please try again.", signed_out: "You are signed out.",
  token_over: "The key no longer holds. Please sign in again.", wrong_key: "The key id or the secret is wrong.",
  load_failed: "Something could not be loaded: {0}", need_key: "Fill in the key id and the secret.",
  methods: { listed: "listed", book: "book", call: "call auction", block: "block", auction: "auction" },
  states: {
    new: "working", "partially filled": "partly filled", filled: "filled", cancelled: "cancelled", expired: "expired",
  },
  buckets: {
    tradable: "tradable", bought_today: "bought today", frozen: "frozen", reserved: "set aside", retired: "retired",
  },
  codes: {
    outside_band: "The price is outside today's limits.", outside_hours: "The venue is not in trading hours.",
    day_not_open: "No trading day is open.", halted: "Trading is halted.", restricted: "The account is restricted.",
    not_a_trading_day: "Today is no trading day.", self_trade: "This would trade with an order of your own.",
    off_tick: "The price is not in the venue's steps.", odd_lot: "The quantity is not in the venue's steps.",
    outside_size: "The quantity is outside what one order may have.", unknown_order: "There is no such order any more.",
    dead_order: "The order has ended already.", more_than_posted: "The post offers less than that.",
    insufficient_allowances: "There are not enough units to sell.", insufficient_cash: "There is not enough money.",
    position_limit: "This would exceed the position limit.", forbidden: "The key may not do this.",
    insufficient_scope: "The key may not do this.", too_many_requests: "Too many requests; wait a little.",
    duplicate_order: "This order was placed already.", outside_levels: "The price is too far from the best levels.",
    unknown_account: "There is no such account.",
  },
};

const ZH = {
  title: "碳排放权交易所", venue_clock: "交易所时间", language: "语言", sign_in: "登录", sign_out: "退出",
  key_id: "密钥编号", secret: "密钥", account_optional: "账户",
  sign_in_help: "密钥只保存在本标签页的内存中，关闭后即消失。",
  account_help: "用于交易的账户，例如 KEE-001。只看行情，或该密钥已有委托时，可留空。",
  instrument: "品种", last_price: "最新价", bulletin: "今日行情", depth: "盘口",
  depth_caption: "先列卖盘，后列买盘，价格由高到低", level: "档位", price: "价格", quantity: "数量", posts: "笔数",
  action: "操作", trades: "最新成交", time: "时间", method: "方式", no_trades: "暂无成交。", place_order: "委托下单",
  side: "方向", buy: "买入", sell: "卖出", value: "金额", review: "核对委托", own_orders: "我的委托",
  show_ended: "显示已结束的委托", filled: "已成交", state: "状态", no_orders: "没有委托。", holdings: "持仓",
  position: "交易账户", asset: "资产", sellable: "可卖", offered: "卖出冻结", bought: "今日买入", ledger: "登记账簿",
  bucket: "类别", last_days: "近日行情", date: "日期", open: "开盘价", high: "最高价", low: "最低价", close: "收盘价",
  close_so_far: "收盘价（暂）", change: "涨跌", volume: "成交量", turnover: "成交额", previous_close: "前收盘价",
  deals: "成交笔数", no_days: "尚无已收市的交易日。", watching: "未指定账户：只能查看行情，不能交易。如需下单，请用账户重新登录。",
  will_be_sent: "将向交易所发送：", back: "返回", send: "发送", account: "账户", cash: "可用资金",
  committed: "买入冻结", proceeds: "今日卖出所得", spread: "价差", no_depth: "暂无报价", take: "摘牌", yours: "本方",
  cancel: "撤单", close_notice: "关闭", again: "重试", day_open: "{0} 交易日已开市", day_closed: "未开市", live: "实时",
  connecting: "正在连接…", lost: "连接中断，正在重连…", off: "未连接", signing_in: "正在登录…", sending: "正在发送…",
  buy_level: "买{0}", sell_level: "卖{0}", take_label: "摘取 {0} 的第一笔挂牌：{1}",
  cancel_label: "撤单：{0} {1}，价格 {2}", confirm_buy: "买入 {0}？", confirm_sell: "卖出 {0}？",
  confirm_take_buy: "摘牌买入 {0}？", confirm_take_sell: "摘牌卖出 {0}？", confirm_cancel: "撤销此委托？", post: "挂牌",
  order: "委托编号", client_id: "自编委托号", quantity_help: "单位 {0}，最小变动 {1}", price_help: "单位 {0}，最小变动 {1}",
  price_band: "单位 {0}，最小变动 {1}；今日 {2} 至 {3}", bad_number: "请用数字 0 至 9 填写，例如 1000。",
  bad_price: "请用数字 0 至 9 和小数点填写，例如 74.05。", not_positive: "必须大于零。", off_step: "必须是 {0} 的整数倍。",
  missing: "请填写。", placed: "委托成功：{0} {1} {2}，价格 {3}。{4}", cancelled: "已撤单：{0} {1} {2}，价格 {3}。",
  took: "已成交：{0} {1} {2}，价格 {3}。", traded_at_once: "已即时成交 {0}。", refused: "交易所拒绝：{0}",
  fine: "代码 {0}，请求 {1}",
  unknown_outcome: "交易所没有应答，不知道是否已执行。可以放心重试：不会重复执行。",
  no_answer: "交易所没有应答，请重试。", signed_out: "已退出。", token_over: "密钥已失效，请重新登录。",
  wrong_key: "密钥编号或密钥不正确。", load_failed: "部分内容未能载入：{0}", need_key: "请填写密钥编号和密钥。",

  methods: { listed: "挂牌协议", book: "连续竞价", call: "集合竞价", block: "大宗协议", auction: "单向竞价" },
  states: { new: "未成交", "partially filled": "部分成交", filled: "全部成交", cancelled: "已撤销", expired: "已过期" },
  buckets: { tradable: "可交易", bought_today: "今日买入", frozen: "冻结", reserved: "预留", retired: "已注销" },
  codes: {
    outside_band: "价格超出今日涨跌幅限制。", outside_hours: "现在不是交易时间。", day_not_open: "未开市。",
    halted: "交易已暂停。", restricted: "账户受限。", not_a_trading_day: "今天不是交易日。", self_trade: "会与自己的委托成交。",
    off_tick: "价格不符合最小变动单位。", odd_lot: "数量不符合最小变动单位。", outside_size: "数量超出单笔限制。",
    unknown_order: "该委托已不存在。", dead_order: "该委托已结束。", more_than_posted: "超过该挂牌的数量。",
    insufficient_allowances: "可卖配额不足。", insufficient_cash: "资金不足。", position_limit: "将超过持仓限额。",
    forbidden: "该密钥无权进行此操作。", insufficient_scope: "该密钥无权进行此操作。", too_many_requests: "请求过多，请稍候。",
    duplicate_order: "该委托已提交过。", outside_levels: "价格偏离最优档位过多。", unknown_account: "没有该账户。",
  },
};

const LANGUAGE = "carbonkit.language";
const WORDS = { en: EN, zh: ZH };
let words = EN;
let language = "en";

const say = (name, ...parts) =>
  parts.reduce((text, part, at) => text.replaceAll(`{${at}}`, () => part), words[name]);
const word = (kind, name) => (Object.hasOwn(words[kind], name) ? words[kind][name] : name);

// ------------------------------------------------------------------------------------- exact numbers

const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const LONGEST = 25;

/** Read a decimal as a whole number of units of 10^-places. */
function decimal(text) {
  if (!NUMBER.test(text)) throw new RangeError("not a decimal");
  const [whole, rest = ""] = text.split(".");
  return { units: BigInt(whole + rest), places: rest.length };
}
const scaled = (value, places) => value.units * 10n ** BigInt(places - value.places);
function written({ units, places }) {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const at = digits.length - places;
  return (units < 0n ? "-" : "") + digits.slice(0, at) + (places ? `.${digits.slice(at)}` : "");
}
function plus(left, right) {
  const places = Math.max(left.places, right.places);
  return { units: scaled(left, places) + scaled(right, places), places };
}
const minus = (left, right) => plus(left, { ...right, units: -right.units });
const times = (left, right) => ({ units: left.units * right.units, places: left.places + right.places });
function isMultiple(value, step) {
  const places = Math.max(value.places, step.places);
  return scaled(value, places) % scaled(step, places) === 0n;
}
/** Leave out zeros at the end beyond two places. */
const trimmed = (text) => text.replace(/(\.[0-9]{2}[0-9]*?)0+$/, "$1");
/** Group the digits of a decimal text by threes. */
function grouped(text) {
  const [whole, rest] = String(text).split(".");
  return whole.replace(/\B(?=([0-9]{3})+$)/g, ",") + (rest === undefined ? "" : `.${rest}`);
}
const signed = (text) => (text.startsWith("-") ? `−${text.slice(1)}` : /[1-9]/.test(text) ? `+${text}` : text);
const arrow = (units) => (units > 0n ? "▲" : units < 0n ? "▼" : "=");

/** Read JSON with every number as the text that stands there. */
function readJson(text) {
  return JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g, (piece) =>
      piece.startsWith('"') ? piece : `"${piece}"`,
    ),
  );
}

// -------------------------------------------------------------------------------------------- screen

const at = (id) => document.getElementById(id);

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  if (className) made.className = className;
  return made;
}
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
function button(text, label, press) {
  const made = element("button", text, "small");
  made.type = "button";
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", press);
  return made;
}

/** Bring a body's rows in line with items; a row keeps its place and the focus inside it while its item stays. */
function rows(body, items, keyOf, fill) {
  const before = new Map([...body.children].map((row) => [row.dataset.key, row]));
  items.forEach((item, place) => {
    const key = keyOf(item);
    let row = before.get(key);
    before.delete(key);
    if (!row) {
      row = element("tr");
      row.dataset.key = key;
    }
    fill(row, item, place);
    if (body.children[place] !== row) body.insertBefore(row, body.children[place] ?? null);
  });
  for (const row of before.values()) row.remove();
}
/** Fill a row with cells: [text, class, label] each; a cell that is a node is put in as it is. */
function cells(row, list) {
  list.forEach(([content, className = "", label = ""], place) => {
    let cell = row.children[place];
    if (!cell) cell = row.appendChild(element("td"));
    if (cell.className !== className) cell.className = className;
    if (label) cell.dataset.label = label;
    if (!(content instanceof Node)) setText(cell, content);
    else if (cell.firstChild !== content) cell.replaceChildren(content);
  });
}
/** Show a text in place of a table without rows. */
function emptied(id, empty) {
  at(`no-${id}`).hidden = !empty;
  at(id).closest(".scroll").hidden = empty;
}
function pairs(list, facts) {
  list.replaceChildren(
    ...facts.flatMap(([name, value, className = ""]) => {
      const told = element("dd", value, className);
      return list.classList.contains("figures")
        ? [group(element("dt", name), told)]
        : [element("dt", name), told];
    }),
  );
}
function group(...nodes) {
  const made = element("div");
  made.append(...nodes);
  return made;
}

const VENUE_ZONE = "Asia/Shanghai"; // of the schemes that are served so far
const TIME = { timeZone: VENUE_ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const clockTime = (instant) => new Intl.DateTimeFormat("en-GB", TIME).format(instant);

const SHOWN_FOR = 12_000; // milliseconds

/** Tell a person something; a refusal stays until it is closed. */
function notice(text, { bad = false, fine = "", again = null } = {}) {
  const made = element("div", "", bad ? "notice bad" : "notice");
  const said = group(element("p", text));
  if (fine) said.append(element("p", fine, "fine"));
  const buttons = element("p", "", "buttons");
  if (again) {
    buttons.append(
      button(say("again"), "", () => {
        made.remove();
        again();
      }),
    );
  }
  buttons.append(button(say("close_notice"), "", () => made.remove()));
  made.append(said, buttons);
  at("notices").replaceChildren();
  at("alerts").replaceChildren();
  at(bad ? "alerts" : "notices").append(made);
  if (!bad) setTimeout(() => made.remove(), SHOWN_FOR);
}

/** Say kindly why the exchange refused. */
function refusal(problem) {
  const known = Object.hasOwn(words.codes, problem.code) ? words.codes[problem.code] : "";
  const details = [problem.detail, ...(problem.errors ?? []).map((each) => `${each.pointer}: ${each.detail}`)];
  return {
    text: say("refused", known || details.filter(Boolean).join("; ") || problem.title || ""),
    fine: [known && details.filter(Boolean).join("; "), say("fine", problem.code ?? "–", problem.request_id ?? "–")]
      .filter(Boolean)
      .join(" · "),
  };
}
function tellRefusal(error) {
  if (error instanceof Refused) {
    const { text, fine } = refusal(error.problem);
    notice(text, { bad: true, fine });
  } else if (!(error instanceof SignedOut)) {
    notice(say("no_answer"), { bad: true });
  }
}

// --------------------------------------------------------------------------------- asking the exchange

class Refused extends Error {
  constructor(status, problem) {
    super("refused");
    this.status = status;
    this.problem = problem;
  }
}
class SignedOut extends Error {}
class NoAnswer extends Error {}

const ANSWER_WITHIN = 15_000; // milliseconds
const RETRIES = [300, 1_200];
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A name that nobody else gives; `randomUUID` is there in secure contexts only. */
function fresh() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
}

async function answerOf(response) {
  const text = await response.text();
  try {
    return readJson(text);
  } catch {
    return { title: response.statusText, detail: "", code: String(response.status) };
  }
}

/** A person who is signed in: keeps the token fresh, and asks with it. */
class Session {
  #key;
  #secret;
  #token = "";
  #renewing = null;
  #renewAt = 0;
  ended = new AbortController();

  constructor(key, secret) {
    this.#key = key;
    this.#secret = secret;
  }

  async renew() {
    this.#renewing ??= this.#ask().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #ask() {
    const form = { grant_type: "client_credentials", client_id: this.#key, client_secret: this.#secret };
    const response = await this.#fetch("/oauth2/token", { method: "POST", body: new URLSearchParams(form) });
    const said = await answerOf(response);
    if (!response.ok) {
      const problem = { code: said.error ?? said.code, detail: said.error_description ?? said.detail };
      throw new Refused(response.status, problem);
    }
    this.#token = said.access_token;
    this.#renewAt = performance.now() + Math.max(Number(said.expires_in) - 60, 5) * 1_000;
  }

  #fetch(path, options) {
    const signal = AbortSignal.any([this.ended.signal, options.signal ?? AbortSignal.timeout(ANSWER_WITHIN)]);
    return fetch(path, { ...options, signal, cache: "no-store", credentials: "omit", redirect: "error" });
  }

  /** Ask with a token that holds; a server that has restarted knows none of before, so ask for one once more. */
  async respond(path, options = {}) {
    for (let again = false; ; again = true) {
      if (!this.#token || performance.now() >= this.#renewAt) await this.#renewed();
      const used = this.#token;
      const headers = { ...options.headers, authorization: `Bearer ${used}` };
      const response = await this.#fetch(path, { ...options, headers });
      if (response.status !== 401 || again) return response;
      if (this.#token === used) this.#token = "";
    }
  }

  async #renewed() {
    try {
      await this.renew();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        signOut(say("token_over"), true);
        throw new SignedOut();
      }
      throw error;
    }
  }

  async get(path) {
    const response = await this.respond(path);
    const said = await answerOf(response);
    if (!response.ok) throw new Refused(response.status, said);
    return said;
  }

  /** Send what one press asks for: the same key over all tries, so that it is done once. */
  async post({ path, body, key }) {
    const headers = { "idempotency-key": key };
    if (body) headers["content-type"] = "application/json";
    const options = { method: "POST", headers, body: body ? JSON.stringify(body) : undefined };
    for (const pause of [...RETRIES, null]) {
      let response = null;
      try {
        response = await this.respond(path, options);
        const said = await answerOf(response);
        if (response.ok) return said;
        if (response.status < 500 && response.status !== 429) throw new Refused(response.status, said);
        if (pause === null && response.status === 429) throw new Refused(response.status, said);
      } catch (error) {
        if (error instanceof Refused || error instanceof SignedOut) throw error;
        if (this.ended.signal.aborted) throw new SignedOut();
      }
      if (pause === null) throw new NoAnswer();
      await wait(pause);
    }
    throw new NoAnswer();
  }

  end() {
    this.#token = "";
    this.#secret = "";
    this.ended.abort();
  }
}

// --------------------------------------------------------------------------------------------- stream

const SILENCE = 40_000; // the exchange gives a sign of life every 15 seconds

/** Split what comes into server-sent events. */
async function* eventsOf(stream, alive) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = { type: "", data: [], id: null, retry: null };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        yield event;
        event = { type: "", data: [], id: null, retry: null };
        continue;
      }
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") event.type = text;
      else if (name === "data") event.data.push(text);
      else if (name === "id") event.id = text;
      else if (name === "retry" && /^[0-9]{1,6}$/.test(text)) event.retry = Number(text);
    }
  }
}

/** Listens to one instrument until it is stopped, and comes back where it was cut off. */
class Feed {
  #stopped = new AbortController();
  #session;
  #instrument;
  #hear;
  #lastId = "";
  #retry = 1_000;

  constructor(session, instrument, hear) {
    this.#session = session;
    this.#instrument = instrument;
    this.#hear = hear;
    this.#run();
  }

  stop() {
    this.#stopped.abort();
  }

  get #over() {
    return this.#stopped.signal.aborted || this.#session.ended.signal.aborted;
  }

  async #run() {
    connection("connecting");
    for (let failures = 0; !this.#over; failures += 1) {
      const began = performance.now();
      try {
        await this.#listen();
      } catch (error) {
        if (error instanceof SignedOut) return;
        if (error instanceof Gap) this.#lastId = "";
      }
      if (this.#over) return;
      if (performance.now() - began > 10_000) failures = 0;
      connection("lost");
      await wait(Math.min(this.#retry * 2 ** Math.min(failures, 3), 8_000) * (0.5 + Math.random() / 2));
    }
  }

  async #listen() {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), SILENCE);
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE);
    };
    try {
      const resumes = this.#lastId !== "";
      const response = await this.#session.respond(
        `/v1/stream?channels=book,trade,order,bulletin&instrument=${encodeURIComponent(this.#instrument)}`,
        {
          headers: { accept: "text/event-stream", ...(resumes ? { "last-event-id": this.#lastId } : {}) },
          signal: AbortSignal.any([this.#stopped.signal, silent.signal]),
        },
      );
      if (!response.ok) throw new Refused(response.status, await answerOf(response));
      connection("live");
      this.#hear("began", { resumes });
      for await (const event of eventsOf(response.body, alive)) {
        if (this.#over) return;
        if (event.retry !== null) this.#retry = Math.max(event.retry, 500);
        if (event.type) this.#hear(event.type, readJson(event.data.join("\n")));
        if (event.id !== null) this.#lastId = event.id;
      }
    } finally {
      clearTimeout(timer);
      silent.abort();
    }
  }
}

class Gap extends Error {}

// ------------------------------------------------------------------------------------ what is known

const MOST_TRADES = 60;
const MOST_LEVELS = 10;
const LIVE = new Set(["new", "partially filled"]);

let session = null;
let feed = null;
let account = "";
let choice = "";
let connected = "off";
let venueTime = null; // { offset, day }

const known = {
  quotations: new Map(),
  depth: null,
  trades: [],
  freshTrades: new Set(),
  bulletins: [],
  orders: new Map(),
  summary: null,
};
const quotation = () => known.quotations.get(choice) ?? null;

function connection(state) {
  connected = state;
  const shown = at("connection");
  shown.dataset.state = state;
  setText(shown, say(state));
}

// ---------------------------------------------------------------------------------------- loading

/** Do one thing at a time, and once more if it was asked for meanwhile. */
function once(work) {
  let running = null;
  let wanted = false;
  return () => {
    wanted = true;
    running ??= (async () => {
      try {
        while (wanted) {
          wanted = false;
          await work();
          await wait(150); // what comes in a burst is asked for once
        }
      } finally {
        running = null;
      }
    })();
    return running;
  };
}

/** Load something in the background; a failure is told unless the connection's own state tells it. */
function quietly(load) {
  load().catch((error) => {
    if (error instanceof Refused && error.status < 500) {
      notice(say("load_failed", refusal(error.problem).text), { bad: true, fine: refusal(error.problem).fine });
    }
  });
}

const part = encodeURIComponent;

async function loadTime() {
  const asked = performance.now();
  const response = await fetch("/v1/time", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN) });
  if (!response.ok) return;
  const told = readJson(await response.text());
  const middle = (asked + performance.now()) / 2;
  const changed = venueTime !== null && venueTime.day !== told.day;
  venueTime = { offset: Date.parse(told.venue) - middle, day: told.day };
  showClock();
  if (changed && session) reload();
}

async function loadQuotations() {
  const found = new Map();
  let next = "";
  do {
    const page = await session.get(`/v1/instruments?limit=500${next ? `&cursor=${part(next)}` : ""}`);
    for (const each of page.data) found.set(each.instrument.id, each);
    next = page.next_cursor;
  } while (next);
  known.quotations = found;
  if (!found.has(choice)) choice = [...found.keys()][0] ?? "";
}

const loadBulletins = once(async () => {
  const name = choice;
  const page = await session.get(`/v1/bulletins?instrument=${part(name)}&limit=11`);
  if (name !== choice) return;
  known.bulletins = page.data;
  showBulletin();
});

const loadTrades = once(async () => {
  const name = choice;
  const page = await session.get(`/v1/instruments/${part(name)}/trades?limit=${MOST_TRADES}`);
  if (name === choice) addTrades(page.data);
});

const loadAccount = once(async () => {
  if (!account) return;
  known.summary = await session.get(`/v1/accounts/${part(account)}`);
  showHoldings();
});

const loadOrders = once(async () => {
  if (!account) return;
  const queries = ["state=new&limit=500", "state=partially%20filled&limit=500", "limit=50"];
  const pages = await Promise.all(
    queries.map((query) => session.get(`/v1/orders?account=${part(account)}&${query}`)),
  );
  for (const order of pages.flatMap((page) => page.data)) learn(order);
  showOrders();
  showDepth();
});

const done = (order) => BigInt(order.filled) + BigInt(order.withdrawn);

/** Keep what is newer of an order: an answer may come after the stream has told more. An order only goes on. */
function learn(order) {
  const before = known.orders.get(order.order_id);
  if (before && (done(before) > done(order) || !LIVE.has(before.state))) return;
  known.orders.set(order.order_id, order);
}

/** Ask for everything that the stream does not repeat. */
function reload() {
  for (const load of [loadTrades, loadBulletins, loadAccount, loadOrders]) quietly(load);
  quietly(async () => {
    await loadQuotations();
    showQuotation();
  });
}

// ---------------------------------------------------------------------------------------- hearing

function hear(type, said) {
  if (type === "began" && !said.resumes) reload();
  else if (type === "reset") reload();
  else if (type === "depth") {
    known.depth = said;
    showDepth();
  } else if (type === "book") changeBook(said);
  else if (type === "trade") {
    known.freshTrades.add(said.number);
    addTrades([said]);
    quietly(loadBulletins);
  } else if (type === "order") {
    if (said.account !== account) return;
    learn(said);
    showOrders();
    showDepth();
    quietly(loadAccount);
  } else if (type === "bulletin") {
    quietly(loadBulletins);
    quietly(loadTime);
  }
}

function changeBook(change) {
  const book = known.depth;
  if (!book || BigInt(change.sequence) <= BigInt(book.sequence)) return;
  if (BigInt(change.previous) > BigInt(book.sequence)) throw new Gap();
  const merged = (levels, changes, highestFirst) => {
    const byPrice = new Map(levels.map((level) => [level.price.amount, level]));
    for (const level of changes) {
      if (BigInt(level.quantity) === 0n) byPrice.delete(level.price.amount);
      else byPrice.set(level.price.amount, level);
    }
    return [...byPrice.values()].sort((left, right) => {
      const { units } = minus(decimal(left.price.amount), decimal(right.price.amount));
      const order = units < 0n ? -1 : units > 0n ? 1 : 0;
      return highestFirst ? -order : order;
    });
  };
  known.depth = {
    ...book,
    sequence: change.sequence,
    buys: merged(book.buys, change.buys, true),
    sells: merged(book.sells, change.sells, false),
  };
  showDepth();
}

function addTrades(list) {
  const byNumber = new Map(known.trades.map((trade) => [trade.number, trade]));
  for (const trade of list) if (trade.instrument === choice) byNumber.set(trade.number, trade);
  known.trades = [...byNumber.values()]
    .sort((left, right) => (BigInt(left.number) < BigInt(right.number) ? 1 : -1))
    .slice(0, MOST_TRADES);
  showTrades();
}

// ---------------------------------------------------------------------------------------- showing

function showClock() {
  if (!venueTime) return;
  const now = new Date(venueTime.offset + performance.now());
  setText(at("clock"), `${clockTime(now)} UTC+8`);
  at("clock").dateTime = now.toISOString();
  const open = venueTime.day !== null;
  at("day").dataset.state = open ? "open" : "closed";
  setText(at("day"), open ? say("day_open", venueTime.day) : say("day_closed"));
}

function showQuotation() {
  const chooser = at("instrument");
  const names = [...known.quotations.keys()];
  if (names.join() !== [...chooser.options].map((each) => each.value).join()) {
    chooser.replaceChildren(
      ...names.map((name) => {
        const option = element("option", name);
        option.value = name;
        return option;
      }),
    );
  }
  chooser.value = choice;
  const quoted = quotation();
  if (!quoted) return;
  const { currency, unit, tick, lot } = quoted.instrument;
  setText(at("quote-unit"), `${currency}/${unit}`);
  setText(at("quantity-help"), say("quantity_help", unit, grouped(lot)));
  const band = quoted.limits.find((each) => each.method === "listed" || each.method === "book");
  setText(
    at("price-help"),
    band
      ? say("price_band", `${currency}/${unit}`, tick, band.lowest.amount, band.highest.amount)
      : say("price_help", `${currency}/${unit}`, tick),
  );
}

function changeOf(bulletin) {
  const { units, places } = minus(decimal(bulletin.close.amount), decimal(bulletin.previous_close.amount));
  return `${arrow(units)} ${signed(written({ units, places }))} (${signed(bulletin.change_percent)} %)`;
}
const sum = (list, pick) => written(list.map((each) => decimal(pick(each))).reduce(plus, { units: 0n, places: 0 }));
const turnoverOf = (bulletin) => grouped(sum(bulletin.methods, (each) => each.turnover.amount));
const volumeOf = (bulletin) => grouped(sum(bulletin.methods, (each) => each.volume));
const amountOf = (price) => (price ? grouped(price.amount) : "–");

function showBulletin() {
  const today = known.bulletins.find((each) => !each.final) ?? known.bulletins[0] ?? null;
  const quoted = quotation();
  setText(at("last"), today ? amountOf(today.close) : quoted ? amountOf(quoted.last) : "–");
  setText(at("change"), today ? changeOf(today) : "–");
  if (today) {
    const money = today.close.currency;
    const unit = today.close.per;
    pairs(at("bulletin"), [
      [say("open"), amountOf(today.open)],
      [say("high"), amountOf(today.high)],
      [say("low"), amountOf(today.low)],
      [say(today.final ? "close" : "close_so_far"), amountOf(today.close)],
      [say("previous_close"), amountOf(today.previous_close)],
      [`${say("volume")} (${unit})`, volumeOf(today)],
      [`${say("turnover")} (${money})`, turnoverOf(today)],
      [say("deals"), grouped(sum(today.methods, (each) => each.trades))],
    ]);
  } else pairs(at("bulletin"), []);
  const final = known.bulletins.filter((each) => each.final).slice(0, 10);
  rows(at("days"), final, (each) => each.day, (row, each) => {
    const figures = [each.open, each.high, each.low, each.close].map(amountOf);
    figures.push(changeOf(each), volumeOf(each), turnoverOf(each));
    cells(row, [[each.day], ...figures.map((text) => [text, "number"])]);
  });
  emptied("days", final.length === 0);
}

/** Whether posts are taken one by one here, rather than matched. */
const takes = () => Boolean(quotation()?.limits.some((each) => each.method === "listed"));

function showDepth() {
  const { buys = [], sells = [] } = known.depth ?? {};
  const shown = { buy: buys.slice(0, MOST_LEVELS), sell: sells.slice(0, MOST_LEVELS) };
  const sizes = [...shown.buy, ...shown.sell].map((level) => BigInt(level.quantity));
  const most = sizes.reduce((top, size) => (size > top ? size : top), 1n);
  const fill = (side, count) => (row, level, place) => {
    const rank = side === "sell" ? count - place : place + 1;
    if (!row.firstChild) fillLevelRow(row);
    setText(row.querySelector(".name"), say(`${side}_level`, String(rank)));
    setText(row.querySelector(".price"), grouped(level.price.amount));
    setText(row.querySelector(".size-text"), grouped(level.quantity));
    row.querySelector(".level-bar").style.width = `${Number((BigInt(level.quantity) * 100n) / most)}%`;
    setText(row.querySelector(".count"), String(level.orders.length));
    fillTake(row, side, level);
  };
  rows(at("sells"), shown.sell.toReversed(), (each) => each.price.amount, fill("sell", shown.sell.length));
  rows(at("buys"), shown.buy, (each) => each.price.amount, fill("buy", shown.buy.length));
  const spread =
    buys.length && sells.length
      ? `${say("spread")} ${written(minus(decimal(sells[0].price.amount), decimal(buys[0].price.amount)))}`
      : say("no_depth");
  setText(at("spread"), buys.length || sells.length ? spread : say("no_depth"));
}

function fillLevelRow(row) {
  const size = element("td", "", "number size");
  size.append(element("span", "", "level-bar"), element("span", "", "size-text"));
  row.append(
    element("td", "", "name"),
    element("td", "", "number price"),
    size,
    element("td", "", "number count"),
    element("td", "", "take"),
  );
}

function fillTake(row, side, level) {
  const cell = row.querySelector(".take");
  const first = level.orders[0];
  const own = known.orders.has(first);
  const wanted = !account || !first || !takes() ? "" : own ? "own" : "take";
  const state = `${wanted}/${first}/${language}/${level.quantity}`;
  if (cell.dataset.state === state) return;
  cell.dataset.state = state;
  if (wanted !== "take") {
    cell.replaceChildren(...(wanted ? [element("span", say("yours"), "quiet")] : []));
    return;
  }
  const label = say("take_label", grouped(level.price.amount), say(side === "sell" ? "buy" : "sell"));
  const press = () => askTake(side === "sell" ? "buy" : "sell", level);
  const old = cell.querySelector("button");
  const made = button(say("take"), label, press);
  const focused = old !== null && old === document.activeElement;
  cell.replaceChildren(made);
  if (focused) made.focus();
}

function showTrades() {
  rows(at("trades"), known.trades, (each) => each.number, (row, each) => {
    const older = known.trades[known.trades.indexOf(each) + 1];
    const mark = older ? arrow(minus(decimal(each.price.amount), decimal(older.price.amount)).units) : "=";
    if (known.freshTrades.delete(each.number)) row.className = "fresh";
    cells(row, [
      [clockTime(Date.parse(each.at))],
      [`${mark} ${grouped(each.price.amount)}`, "number"],
      [grouped(each.quantity), "number"],
      [word("methods", each.method), "quiet"],
    ]);
  });
  emptied("trades", known.trades.length === 0);
}

const remaining = (order) => BigInt(order.quantity) - BigInt(order.filled) - BigInt(order.withdrawn);

function showOrders() {
  const ended = at("show-ended").checked;
  const list = [...known.orders.values()]
    .filter((order) => ended || LIVE.has(order.state))
    .sort((left, right) => (left.at < right.at ? 1 : left.at > right.at ? -1 : 0));
  rows(at("orders"), list, (each) => each.order_id, (row, order) => {
    const price = order.price ? grouped(order.price.amount) : "–";
    const live = LIVE.has(order.state);
    const kept = row.querySelector("button");
    const label = say("cancel_label", say(order.side), grouped(String(remaining(order))), price);
    if (kept) {
      kept.setAttribute("aria-label", label);
      setText(kept, say("cancel"));
    }
    row.title = `${order.order_id} / ${order.client_order_id ?? "–"}`;
    cells(row, [
      [clockTime(Date.parse(order.at)), "", say("time")],
      [order.instrument, "", say("instrument")],
      [say(order.side), order.side, say("side")],
      [price, "number", say("price")],
      [grouped(order.quantity), "number", say("quantity")],
      [grouped(order.filled), "number", say("filled")],
      [word("states", order.state), "", say("state")],
      [live ? kept ?? button(say("cancel"), label, () => askCancel(order.order_id)) : "", "number"],
    ]);
  });
  emptied("orders", list.length === 0);
}

function showHoldings() {
  const { summary } = known;
  setText(at("holder"), account);
  if (!summary) return;
  const first = summary.positions[0];
  const money = (each) => `${grouped(each.amount)} ${each.currency}`;
  pairs(
    at("money"),
    first ? ["cash", "committed", "proceeds"].map((name) => [say(name), money(first[name])]) : [],
  );
  const names = ["sellable", "offered", "bought"];
  const held = summary.positions.filter((each) => names.some((name) => BigInt(each[name]) !== 0n));
  rows(at("positions"), held, (each) => each.asset, (row, each) => {
    cells(row, [[each.asset], ...names.map((name) => [grouped(each[name]), "number"])]);
  });
  rows(at("ledger"), summary.holdings, (each) => `${each.asset}/${each.bucket}`, (row, each) => {
    cells(row, [[each.asset], [word("buckets", each.bucket)], [grouped(each.quantity), "number"]]);
  });
}

function showAll() {
  connection(connected);
  showClock();
  showQuotation();
  showBulletin();
  showDepth();
  showTrades();
  showOrders();
  showHoldings();
  showValue();
}

// ------------------------------------------------------------------------------- placing and cancelling

/** Say what is wrong with a number that a person wrote; "" if nothing is. */
function numberFault(text, step, asked) {
  if (!text) return say("missing");
  if (!NUMBER.test(text) || text.length > LONGEST || text.startsWith("-")) return say(asked);
  const value = decimal(text);
  if (value.units === 0n) return say("not_positive");
  return isMultiple(value, decimal(step)) ? "" : say("off_step", grouped(step));
}

function markFault(id, fault) {
  setText(at(`${id}-error`), fault);
  at(id).setAttribute("aria-invalid", String(fault !== ""));
  return fault === "";
}

const ticket = () => ({
  side: document.querySelector("input[name=side]:checked").value,
  quantity: at("quantity").value.trim(),
  price: at("price").value.trim(),
});

function valueText(price, quantity) {
  const quoted = quotation();
  const fit = (text) => NUMBER.test(text) && !text.startsWith("-") && text.length <= LONGEST;
  if (!quoted || !fit(price) || !fit(quantity)) return "–";
  return `${grouped(trimmed(written(times(decimal(price), decimal(quantity)))))} ${quoted.instrument.currency}`;
}
function showValue() {
  const { price, quantity } = ticket();
  setText(at("value"), valueText(price, quantity));
}

function reviewOrder(event) {
  event.preventDefault();
  const quoted = quotation();
  if (!quoted) return;
  const { side, quantity, price } = ticket();
  const { currency, unit, tick, lot } = quoted.instrument;
  const goodQuantity = markFault("quantity", numberFault(quantity, lot, "bad_number"));
  const goodPrice = markFault("price", numberFault(price, tick, "bad_price"));
  if (!goodQuantity || !goodPrice) {
    at(goodQuantity ? "price" : "quantity").focus();
    return;
  }
  const body = {
    account,
    client_order_id: `W-${fresh()}`,
    instrument: choice,
    side,
    quantity,
    price: { amount: price, currency, per: unit },
  };
  confirmPress({
    title: say(`confirm_${side}`, choice),
    facts: [
      [say("account"), account],
      [say("instrument"), choice],
      [say("side"), say(side)],
      [say("quantity"), `${grouped(quantity)} ${unit}`],
      [say("price"), `${grouped(price)} ${currency}/${unit}`],
      [say("client_id"), body.client_order_id],
    ],
    value: valueText(price, quantity),
    press: { path: "/v1/orders", body },
    done: (placed) => {
      at("quantity").value = "";
      showValue();
      tellPlaced("placed", placed);
    },
  });
}

/** Take the first post of a level, at its price. */
function askTake(side, level) {
  const post = level.orders[0];
  const { unit, lot } = quotation().instrument;
  const price = level.price;
  confirmPress({
    title: say(`confirm_take_${side}`, choice),
    facts: [
      [say("account"), account],
      [say("side"), say(side)],
      [say("price"), `${grouped(price.amount)} ${price.currency}/${unit}`],
      [say("post"), post],
    ],
    // What the first of several posts offers is not told; a single one offers the whole level.
    quantity: level.orders.length === 1 ? level.quantity : "",
    lot,
    price: price.amount,
    press: (quantity) => ({
      path: `/v1/orders/${part(post)}/take`,
      body: { account, client_order_id: `W-${fresh()}`, quantity },
    }),
    done: (placed) => tellPlaced("took", placed),
  });
}

function askCancel(name) {
  const order = known.orders.get(name);
  if (!order) return;
  const price = order.price ? grouped(order.price.amount) : "–";
  confirmPress({
    title: say("confirm_cancel"),
    facts: [
      [say("instrument"), order.instrument],
      [say("side"), say(order.side)],
      [say("quantity"), grouped(String(remaining(order)))],
      [say("price"), price],
      [say("order"), order.order_id],
    ],
    press: { path: `/v1/orders/${part(name)}/cancel`, body: null },
    done: (order) => {
      learn(order);
      notice(say("cancelled", say(order.side), grouped(order.quantity), order.instrument, price));
    },
  });
}

function tellPlaced(how, { order, trades }) {
  learn(order);
  const filled = BigInt(order.filled) > 0n ? say("traded_at_once", grouped(order.filled)) : "";
  const price = order.price ?? trades[0]?.price ?? null;
  notice(say(how, say(order.side), grouped(order.quantity), order.instrument, amountOf(price), filled).trim());
}

let asked = null; // what the dialog asks about

function confirmPress(wanted) {
  asked = wanted;
  setText(at("confirm-title"), wanted.title);
  pairs(at("confirm-facts"), wanted.facts);
  const takesQuantity = wanted.quantity !== undefined;
  at("take-field").hidden = !takesQuantity;
  at("take-quantity").value = wanted.quantity ?? "";
  setText(at("take-error"), "");
  at("take-quantity").setAttribute("aria-invalid", "false");
  showConfirmValue();
  setText(at("confirm-error"), "");
  at("confirm-send").disabled = false;
  at("confirm").showModal();
  (takesQuantity ? at("take-quantity") : at("confirm-send")).focus();
}

function showConfirmValue() {
  const value = asked?.value ?? (asked?.price ? valueText(asked.price, at("take-quantity").value.trim()) : "");
  setText(at("confirm-value"), value);
  at("confirm-value").parentElement.hidden = value === "";
}

async function sendConfirmed(event) {
  event.preventDefault();
  const wanted = asked;
  if (!wanted || at("confirm-send").disabled) return;
  let { press } = wanted;
  if (typeof press === "function") {
    const quantity = at("take-quantity").value.trim();
    const fault = numberFault(quantity, wanted.lot, "bad_number");
    setText(at("take-error"), fault);
    at("take-quantity").setAttribute("aria-invalid", String(fault !== ""));
    if (fault) {
      at("take-quantity").focus();
      return;
    }
    press = press(quantity);
  }
  await send({ ...press, key: fresh() }, wanted);
}

/** Send a press; after a lost answer the person may send the very same again. */
async function send(press, wanted) {
  const finish = () => asked === wanted && at("confirm").close();
  at("confirm-send").disabled = true;
  setText(at("confirm-send"), say("sending"));
  const mine = session;
  try {
    const said = await mine.post(press);
    finish();
    wanted.done(said);
  } catch (error) {
    finish();
    if (error instanceof NoAnswer) notice(say("unknown_outcome"), { bad: true, again: () => send(press, wanted) });
    else tellRefusal(error);
  } finally {
    at("confirm-send").disabled = false;
    setText(at("confirm-send"), say("send"));
  }
  if (session !== mine || !mine) return;
  showOrders();
  quietly(loadOrders);
  quietly(loadAccount);
}

// ------------------------------------------------------------------------------------- signing in and out

async function signIn(event) {
  event.preventDefault();
  const key = at("key-id").value.trim();
  const secret = at("secret").value;
  const told = at("sign-in-error");
  if (!key || !secret) {
    setText(told, say("need_key"));
    at(key ? "secret" : "key-id").focus();
    return;
  }
  setText(told, "");
  at("sign-in-button").disabled = true;
  setText(at("sign-in-button"), say("signing_in"));
  const tried = new Session(key, secret);
  try {
    await tried.renew();
    session = tried;
    account = await accountOf(at("account").value.trim());
    await loadQuotations();
    at("secret").value = "";
    begin();
  } catch (error) {
    session = null;
    tried.end();
    if (error instanceof Refused && error.problem.code === "invalid_client") setText(told, say("wrong_key"));
    else if (error instanceof Refused) setText(told, Object.values(refusal(error.problem)).join(" "));
    else setText(told, say("no_answer"));
  } finally {
    at("sign-in-button").disabled = false;
    setText(at("sign-in-button"), say("sign_in"));
  }
}

/** Find the account to act for: the one that was named, or the one that the key ordered for last. */
async function accountOf(named) {
  if (named) return (await session.get(`/v1/accounts/${part(named)}`)).account;
  return (await session.get("/v1/orders?limit=1")).data[0]?.account ?? "";
}

function begin() {
  at("notices").replaceChildren();
  at("alerts").replaceChildren();
  at("sign-in").hidden = true;
  at("market").hidden = false;
  at("sign-out").hidden = false;
  for (const each of document.querySelectorAll(".own")) each.hidden = !account;
  at("watching").hidden = Boolean(account);
  showAll();
  choose(choice);
  at("instrument").focus();
}

function choose(name) {
  choice = name;
  Object.assign(known, { depth: null, trades: [], bulletins: [] });
  known.freshTrades.clear();
  at("price").value = "";
  showAll();
  feed?.stop();
  feed = new Feed(session, name, hear);
}

function signOut(text, bad = false) {
  if (!session) return;
  feed?.stop();
  session.end();
  session = null;
  feed = null;
  account = "";
  Object.assign(known, { quotations: new Map(), depth: null, trades: [], bulletins: [], orders: new Map(), summary: null });
  for (const id of ["positions", "ledger", "money", "bulletin", "confirm-facts"]) at(id).replaceChildren();
  for (const id of ["secret", "quantity", "price"]) at(id).value = "";
  at("confirm").close();
  at("market").hidden = true;
  at("sign-in").hidden = false;
  at("sign-out").hidden = true;
  showAll();
  connection("off");
  notice(text, { bad });
  at("key-id").focus();
}

// --------------------------------------------------------------------------------------------- language

function speak(name) {
  language = Object.hasOwn(WORDS, name) ? name : "en";
  words = WORDS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  at("language").value = language;
  for (const each of document.querySelectorAll("[data-t]")) setText(each, say(each.dataset.t));
  for (const each of document.querySelectorAll(".error")) setText(each, "");
  showAll();
}

/** Storage may be forbidden to a page. */
function kept() {
  try {
    return localStorage.getItem(LANGUAGE);
  } catch {
    return null;
  }
}
function keep(name) {
  try {
    localStorage.setItem(LANGUAGE, name);
  } catch {
    // The choice lasts as long as the page.
  }
}

// ------------------------------------------------------------------------------------------------ start

speak(kept() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"));
at("language").addEventListener("change", (event) => {
  keep(event.target.value);
  speak(event.target.value);
});
at("sign-in-form").addEventListener("submit", signIn);
at("sign-out").addEventListener("click", () => signOut(say("signed_out")));
at("instrument").addEventListener("change", (event) => choose(event.target.value));
at("order-form").addEventListener("submit", reviewOrder);
at("order-form").addEventListener("input", showValue);
at("show-ended").addEventListener("change", showOrders);
at("confirm-form").addEventListener("submit", sendConfirmed);
at("confirm-back").addEventListener("click", () => at("confirm").close());
at("take-quantity").addEventListener("input", showConfirmValue);

const TICK = 500;
const LOOK = 15_000;
setInterval(showClock, TICK);
setInterval(() => {
  loadTime().catch(() => {}); // the connection's state tells it
  if (session && account && connected === "live") {
    quietly(loadOrders); // those for other instruments too, which the stream leaves out
    quietly(loadAccount);
  }
}, LOOK);
loadTime().catch(() => {});
