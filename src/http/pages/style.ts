/** The one style sheet of the pages: system fonts, light and dark, readable on a phone, no script needed. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fbfbf9; --card: #fff; --text: #1c2024; --soft: #5b6470; --line: #d9dde2;
  --link: #0b57a4; --strong: #123d6b; --on-strong: #fff; --warn: #8a4b00; --warn-back: #fff3df; --bad: #a3221b;
  --bad-back: #fdecea; --good: #1d6b3c; --good-back: #e7f5ec; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171a; --card: #1c2126; --text: #e7eaee; --soft: #a1abb6; --line: #353c44; --link: #83bdf6;
    --strong: #9ecbf7; --on-strong: #10202f; --warn: #f3c27a; --warn-back: #33270f; --bad: #f5a49d;
    --bad-back: #391a17; --good: #93d9ae; --good-back: #14301f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; padding: .6rem 1rem;
  border-bottom: 1px solid var(--line); background: var(--card); }
header strong { font-size: 1.1rem; }
header nav { display: flex; gap: 1rem; flex: 1; }
header form { display: inline; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: .4rem 0; }
.soft, .hint { color: var(--soft); }
.hint { font-size: .875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: .6rem 0; }
.card.wanted { border-left: .3rem solid var(--warn); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: .75rem; }
.cards .card { margin: 0; }
.line { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; justify-content: space-between; }
.tag { display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-size: .875rem; border: 1px solid var(--line); }
.warn { color: var(--warn); background: var(--warn-back); border-color: transparent; }
.bad { color: var(--bad); background: var(--bad-back); border-color: transparent; }
.good { color: var(--good); background: var(--good-back); border-color: transparent; }
.systems { list-style: none; padding: 0; margin: .4rem 0 0; display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; }
.alert { border-radius: .5rem; padding: .6rem 1rem; margin: .6rem 0; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.place th { font-weight: normal; padding-left: 1.25rem; }
tbody.system > tr:first-child > * { border-top: 2px solid var(--line); }
form.order { margin: 0; }
.group { border-top: 1px solid var(--line); margin-top: .8rem; padding-top: .6rem; }
h4 { font-size: 1rem; margin: 0 0 .3rem; }
.matches { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: .75rem; }
fieldset.match { margin: .4rem 0; padding: .6rem .9rem; border: 1px solid var(--line); min-width: 0; }
fieldset.match legend { padding: 0 .3rem; }
table.compare { table-layout: fixed; background: none; font-size: .925rem; margin: .3rem 0 .6rem; }
table.compare th, table.compare td { overflow-wrap: anywhere; padding: .2rem .5rem .2rem 0; }
table.compare tbody th { font-weight: normal; color: var(--soft); }
table.compare th:first-child, table.compare thead td { width: 24%; }
ul.plain { list-style: none; margin: 0; padding: 0; }
progress { width: 8rem; max-width: 100%; accent-color: var(--link); }
.sentence::first-letter { text-transform: uppercase; }
fieldset { border: 0; padding: 0; margin: .5rem 0; }
legend { font-weight: 600; padding: 0; }
label { display: block; margin: .35rem 0; }
label.choice { display: flex; gap: .5rem; align-items: baseline; }
input[type=text], input[type=password], input[type=date], select, textarea { font: inherit; width: 100%; max-width: 34rem;
  padding: .4rem .5rem; color: inherit; background: var(--back); border: 1px solid var(--soft); border-radius: .3rem; }
button { font: inherit; padding: .45rem .9rem; border-radius: .3rem; border: 1px solid var(--strong); cursor: pointer;
  background: var(--strong); color: var(--on-strong); margin: .3rem .4rem .3rem 0; }
a.button { display: inline-block; padding: .45rem .9rem; border-radius: .3rem; background: var(--strong);
  color: var(--on-strong); text-decoration: none; }
button.quiet { background: transparent; color: var(--link); border-color: var(--line); }
button.danger { background: transparent; color: var(--bad); border-color: var(--bad); }
a.button { display: inline-block; padding: .45rem .9rem; border-radius: .3rem; background: var(--strong); color: var(--on-strong);
  text-decoration: none; }
table.copy { table-layout: fixed; background: none; font-size: .925rem; }
table.copy th { width: 38%; font-weight: normal; }
table.copy td, table.copy th { overflow-wrap: anywhere; padding: .15rem .5rem .15rem 0; }
table.copy label { margin: 0; }
tr.others { background: var(--warn-back); }
:focus-visible { outline: .18rem solid var(--link); outline-offset: .12rem; }
code { font-size: .85em; overflow-wrap: anywhere; }
details > summary { cursor: pointer; padding: .3rem 0; }
@media (max-width: 40rem) {
  table.wide, table.wide tbody, table.wide tr, table.wide td, table.wide th { display: block; border: 0; padding: .05rem 0; }
  table.wide tbody.system > tr:first-child > * { border: 0; }
  table.wide thead { position: absolute; left: -99rem; }
  table.wide tr { border-bottom: 1px solid var(--line); padding: .45rem 0; }
  table.wide td[data-label]::before { content: attr(data-label) ': '; color: var(--soft); }
  table.wide td.number { text-align: left; display: inline-block; margin-right: 1rem; }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  table.compare tr { display: grid; grid-template-columns: 1fr 1fr; border-bottom: 1px solid var(--line); }
  table.compare tbody th:first-child, table.compare thead td { grid-column: 1 / -1; width: auto; }
  table.compare th, table.compare td { border: 0; }
  dl.facts dd { margin-bottom: .4rem; }
}
`
