package io.velonx.gateway.loadtest.report;

/** How the report looks. No character of it needs an escape in XML. */
final class Style {
  static final String SHEET =
      """
      :root { color-scheme: light dark; --ink: #1c2330; --faint: #8a93a3; --line: #d9dee6;
        --paper: #ffffff; --bar: #9aa5b8; --ours: #2f6fde; --good: #1a7f4b; --bad: #c0362c;
        --kernel: #f0a35c; --native: #e8cf5a; --java: #7fc47a; --flame: #20242c }
      @media (prefers-color-scheme: dark) { :root { --ink: #e3e8f0; --faint: #8a93a3;
        --line: #333b48; --paper: #14181f; --bar: #5c677a; --ours: #6aa0ff; --good: #56c98b;
        --bad: #ff7a6e; --kernel: #b8702e; --native: #9a861f; --java: #3f8a47; --flame: #ffffff } }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
        max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
      h2 { border-bottom: 1px solid var(--line); margin-top: 2.5rem }
      table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
      th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid var(--line) }
      td.number { text-align: right; font-variant-numeric: tabular-nums }
      .better td:last-child, p.better { color: var(--good) }
      .worse td:last-child, p.worse { color: var(--bad); font-weight: 600 }
      dl { display: grid; grid-template-columns: max-content auto; gap: .1rem 1rem }
      dt { color: var(--faint) } dd { margin: 0 }
      figure { margin: 1rem 0 } figcaption { color: var(--faint) }
      svg { width: 100%; font: 12px system-ui, sans-serif } svg.chart { max-width: 48rem }
      svg text { fill: var(--ink) } .end { text-anchor: end } .middle { text-anchor: middle }
      .grid { stroke: var(--line) } .range { stroke: var(--ink); stroke-width: 1.5 }
      .bar { fill: var(--bar) } .bar.ours { fill: var(--ours) }
      .line { fill: none; stroke-width: 2 } .legend { list-style: none; padding: 0 }
      .legend li { display: inline-block; margin-right: 1rem }
      .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .4em }
      .line.c0 { stroke: #2f6fde } .swatch.c0 { background: #2f6fde }
      .line.c1 { stroke: #e0772b } .swatch.c1 { background: #e0772b }
      .line.c2 { stroke: #2f9e63 } .swatch.c2 { background: #2f9e63 }
      .line.c3 { stroke: #b0479a } .swatch.c3 { background: #b0479a }
      .line.c4 { stroke: #c9a227 } .swatch.c4 { background: #c9a227 }
      .line.c5 { stroke: #20a4b5 } .swatch.c5 { background: #20a4b5 }
      .line.c6 { stroke: #d0453b } .swatch.c6 { background: #d0453b }
      .line.c7 { stroke: #7d6bd6 } .swatch.c7 { background: #7d6bd6 }
      .flame text { fill: var(--flame); font: 11px ui-monospace, monospace }
      .kernel { fill: var(--kernel) } .native { fill: var(--native) } .java { fill: var(--java) }
      """;

  private Style() {}
}
