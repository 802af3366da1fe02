extension Page {
  /// What lets the page follow: `text/javascript; charset=utf-8`. It writes text only, never markup.
  static let js = #"""
    "use strict";
    (() => {
      const nothing = "–";
      const stallTexts = {client: "client does not read", backend: "backend does not read", dialing: "dialing"};
      const scaled = (count, step, units) => {
        let unit = -1, tenths = 0;
        while (count >= step && unit < units.length - 1) {
          tenths = Math.floor(count % step * 10 / step);
          count = Math.floor(count / step);
          unit += 1;
        }
        return [count < 10 ? `${count}.${tenths}` : `${count}`, units[unit]];
      };
      const bytes = count => {
        count = Math.floor(count);
        if (count === 0) return "0";
        return count < 1024 ? `${count} B`
          : scaled(count, 1024, ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]).join(" ");
      };
      const number = count => count < 100000 ? `${count}` : scaled(count, 1000, ["k", "M", "G", "T", "P"]).join("");
      const two = count => String(count).padStart(2, "0");
      const age = ms => {
        const seconds = Math.floor(ms / 1000), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
        const days = Math.floor(hours / 24);
        if (minutes === 0) return `${seconds}s`;
        if (hours === 0) return `${minutes}m${two(seconds % 60)}s`;
        if (days === 0) return `${hours}h${two(minutes % 60)}m`;
        return days < 100 ? `${days}d${two(hours % 24)}h` : `${number(days)}d`;
      };
      const time = ms => {
        if (ms === null) return nothing;
        if (ms === 0) return "0s";
        if (ms < 1) return `${Math.round(ms * 1000)}us`;
        const tenth = value => `${Math.floor(value)}.${Math.floor(Math.round(value * 1000) / 100) % 10}`;
        if (ms < 10) return `${tenth(ms)}ms`;
        if (ms < 1000) return `${Math.floor(ms)}ms`;
        return ms < 10000 ? `${tenth(Math.floor(ms) / 1000)}s` : age(ms);
      };
      const clock = text => text.slice(text.indexOf("T") + 1).slice(0, 8);
      const orNothing = count => count === null ? nothing : number(count);
      const rate = perSecond => {
        if (perSecond === null) return nothing;
        const tenths = Math.floor(perSecond * 10);
        return (tenths === 0 || tenths >= 100 ? number(Math.floor(tenths / 10)) : (tenths / 10).toFixed(1)) + "/s";
      };
      const flow = perSecond => perSecond === null ? nothing : `${bytes(perSecond)}/s`;
      const both = (toBackend, toClient) => {
        if (toBackend === 0 && toClient === 0) return nothing;
        if (toClient === 0) return `${bytes(toBackend)} to backend`;
        return toBackend === 0 ? `${bytes(toClient)} to client` : `${bytes(toBackend + toClient)} both ways`;
      };
      const failed = backend => backend.failures.reduce((sum, failures) => sum + failures.count, 0);
      const failures = backend => backend.failures.filter(failures => failures.count > 0)
        .sort((a, b) => b.count - a.count || (a.result < b.result ? -1 : 1))
        .map(failures => `${number(failures.count)} ${failures.result}`).join(", ");

      // What happens in a second, from two looks at the same process.
      const rates = (now, before) => {
        const seconds = before ? (now.head.up_ms - before.head.up_ms) / 1000 : 0;
        const known = seconds > 0 ? before : null;
        return (pick, find) => {
          const earlier = known && find(known);
          if (!earlier) return null;
          const more = pick(find(now)) - pick(earlier);
          return more >= 0 ? more / seconds : null;
        };
      };
      const named = (list, key, value) => look => look[list].find(entry => entry[key] === value);
      const isFull = endpoint => endpoint.sessions_max !== null && endpoint.sessions >= endpoint.sessions_max;
      const endpointsOf = look => new Map(look.endpoints.map(entry => [`${entry.backend}\n${entry.name}`, entry]));

      const element = (name, text, type) => {
        const made = document.createElement(name);
        made.textContent = text;
        if (type) made.className = type;
        return made;
      };
      const fill = (id, rows) => {
        const heads = [...document.querySelectorAll(`#${id} th`)].map(head => head.className);
        const body = document.querySelector(`#${id} tbody`);
        const lines = rows.map(([alarm, ...cells]) => {
          const line = element("tr", "", alarm === true ? "alarm" : alarm || "");
          line.append(...cells.map((cell, index) => element("td", cell, heads[index])));
          return line;
        });
        if (lines.length === 0) {
          const none = element("td", "none");
          none.colSpan = heads.length;
          const line = element("tr", "");
          line.append(none);
          lines.push(line);
        }
        body.replaceChildren(...lines);
      };
      const fact = ([name, text, alarm]) => {
        const entry = document.createElement("div");
        entry.append(element("dt", name), element("dd", text, alarm ? "alarm" : ""));
        return entry;
      };
      const say = (id, text, type) => {
        const place = document.getElementById(id);
        // Readers for the blind speak of every change.
        if (place.textContent !== text) place.textContent = text;
        place.className = type;
      };

      const show = (now, before) => {
        const head = now.head, per = rates(now, before), self = look => look.head;
        const busy = head.busy_ms.map((_, worker) => per(entry => entry.busy_ms[worker], self));
        const facts = [
          ["version", head.version], ["state", head.readiness, head.readiness !== "ready"], ["up", age(head.up_ms)],
          ["generation", `${head.generation}`],
          ["last reload", head.reload === null ? nothing : clock(head.reload.time)
            + (head.reload.refusal === null ? " done" : ` refused: ${head.reload.refusal}`),
            head.reload !== null && head.reload.refusal !== null],
          ["sessions", `${head.sessions} of ${head.sessions_max}`], ["new", rate(per(entry => entry.accepted, self))],
          ["to backends", flow(per(entry => entry.bytes_to_backend, self))],
          ["to clients", flow(per(entry => entry.bytes_to_client, self))],
          ["workers busy", busy.length === 0 || busy.some(share => share === null || Number.isNaN(share)) ? nothing
            : busy.map(share => `${Math.min(100, Math.floor(share / 10))}%`).join(" ")],
        ];
        document.getElementById("facts").replaceChildren(...facts.map(fact));
        const stalled = now.sessions.filter(session => session.stall !== null);
        const counts = Object.keys(stallTexts)
          .map(stall => [stalled.filter(session => session.stall === stall).length, stallTexts[stall]])
          .filter(([count]) => count > 0).map(count => count.join(" ")).join(", ");
        say("stalls", stalled.length === 0 ? "No session stalls." : `${stalled.length} stalled: ${counts}.`,
          stalled.length === 0 ? "good" : "alarm");
        say("shown", now.sessions.length < head.sessions
          ? `${now.sessions.length} of ${head.sessions}: those that stall, then those that moved most.` : "", "");
        fill("listeners", now.listeners.map(listener => [
          listener.pause !== null, listener.name, listener.address, number(listener.sessions),
          orNothing(listener.sessions_max),
          rate(per(entry => entry.accepted, named("listeners", "name", listener.name))), number(listener.accepted),
          orNothing(listener.backlog),
          listener.pause === null ? "listening" : `paused: ${listener.pause}`,
        ]));
        fill("backends", now.backends.map(backend => {
          const failing = per(failed, named("backends", "name", backend.name));
          return [failing > 0, backend.name, backend.host, number(backend.sessions), time(backend.connect_p50_ms),
            time(backend.connect_p99_ms), rate(failing), failures(backend)];
        }));
        document.getElementById("more").hidden = now.endpoints.length === 0;
        say("unseen", now.endpoints.length < head.endpoints
          ? `${now.endpoints.length} of ${head.endpoints}: those that get no sessions, then the others.` : "", "");
        const earlier = before ? endpointsOf(before) : new Map();
        fill("endpoints", now.endpoints.map(endpoint => {
          const failing = per(failed, look => look === now ? endpoint
            : earlier.get(`${endpoint.backend}\n${endpoint.name}`));
          return [failing > 0 || ["down", "troubled"].includes(endpoint.state)
            || (endpoint.state === "draining" || isFull(endpoint) ? "off" : ""),
            endpoint.backend, endpoint.name,
            endpoint.reason === null ? endpoint.state : `${endpoint.state}: ${endpoint.reason}`,
            number(endpoint.sessions), orNothing(endpoint.sessions_max), time(endpoint.connect_p50_ms),
            time(endpoint.connect_p99_ms), rate(failing), failures(endpoint)];
        }));
        fill("sessions", now.sessions.map(session => {
          const same = named("sessions", "id", session.id);
          return [session.stall !== null, session.client,
            session.stall === null ? "" : `${stallTexts[session.stall]}, ${age(session.stalled_ms)}`,
            both(session.held_to_backend, session.held_to_client), session.listener, session.backend,
            session.endpoint === null ? nothing : session.endpoint, session.phase, age(session.age_ms),
            age(session.idle_ms), bytes(session.bytes_to_backend), bytes(session.bytes_to_client),
            flow(per(entry => entry.bytes_to_backend, same)), flow(per(entry => entry.bytes_to_client, same)),
            session.id];
        }));
        fill("ended", now.ended.map(ended => [
          ended.undelivered_to_backend + ended.undelivered_to_client > 0, clock(ended.time), ended.client, ended.how,
          ended.ended_by, both(ended.undelivered_to_backend, ended.undelivered_to_client), ended.error ?? "",
          ended.listener, ended.backend, ended.phase, age(ended.duration_ms), bytes(ended.bytes_to_backend),
          bytes(ended.bytes_to_client), ended.id,
        ]));
      };

      let now = null;
      say("follows", "Waiting for porxy.", "");
      const events = new EventSource("/page.events");
      events.addEventListener("overview", event => {
        const next = JSON.parse(event.data);
        show(next, now);
        now = next;
        misses = 0;
        say("follows", "This page follows by itself.", "");
      });
      // Each answer ends after its look, and the browser asks again by itself.
      let misses = 0;
      events.onerror = () => {
        if (misses++ > 0) say("follows", "porxy does not answer; this is the last that was seen of it.", "lost");
      };
    })();

    """#
}
