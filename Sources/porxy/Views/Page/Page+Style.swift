extension Page {
  /// A picture for the browser's tab, for which it would ask in another place: `image/svg+xml`. Two arrows that meet.
  static let icon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#3b7dd8" stroke-width="2">
    <path d="M1 5h11M9 2l3 3-3 3M15 11H4M7 8l-3 3 3 3"/></svg>

    """

  /// What the page looks like: `text/css; charset=utf-8`. Light or dark, as the browser wants it.
  static let css = """
    :root {
      color-scheme: light dark;
      --text: #1d2129; --faint: #5a6473; --ground: #ffffff; --line: #d8dde5; --head: #f1f4f8;
      --alarm: #b00020; --alarm-ground: #fdecee; --good: #12703a;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --text: #e4e8ee; --faint: #98a2b1; --ground: #14171c; --line: #2d333d; --head: #1d2229;
        --alarm: #ff8a94; --alarm-ground: #3a161b; --good: #6fd596;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 1rem; max-width: 110rem; color: var(--text); background: var(--ground);
      font: 14px/1.45 system-ui, sans-serif;
    }
    h1 { font-size: 1.2rem; margin: 0; }
    h2 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
    p { margin: .4rem 0; }
    #follows, #shown, #unseen, tr.off { color: var(--faint); }
    #follows.lost { color: var(--alarm); font-weight: 600; }
    #shown:empty, #unseen:empty { display: none; }
    dl { display: flex; flex-wrap: wrap; gap: .3rem 1.6rem; margin: .8rem 0; }
    dt { color: var(--faint); font-size: .8rem; }
    dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    #stalls { font-weight: 600; }
    .good { color: var(--good); }
    .alarm { color: var(--alarm); font-weight: 600; }
    .wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; }
    #more .wide { max-height: 24rem; overflow-y: auto; }
    #more th { position: sticky; top: 0; }
    table { border-collapse: collapse; width: 100%; }
    th, td { padding: .25rem .6rem; text-align: left; white-space: nowrap; }
    td { unicode-bidi: isolate; font-variant-numeric: tabular-nums; }
    th { background: var(--head); font-weight: 600; font-size: .8rem; }
    tr + tr td, thead + tbody td { border-top: 1px solid var(--line); }
    tr.alarm td { background: var(--alarm-ground); }
    th.n, td.n { text-align: right; }

    """
}
