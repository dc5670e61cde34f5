/// What the keys do, and what the lists say.
enum ScreenHelp {
  private static let keys = [
    ("1 2 3 4  Tab", "choose a list"),
    ("↑ ↓  j k", "choose a row; PgUp, PgDn, Home and End go farther"),
    ("Enter", "its connection's ladder; of a TIME_WAIT row, all its ends"),
    ("/", "only what has these words: state, address, port, program, pid,"),
    ("", "user; !word: only what has not"),
    ("s  r", "sort by age, program, local, remote, state; reverse"),
    ("Space", "freeze what is seen; the capture goes on"),
    ("z", "all the room for one list, and back"),
    ("Esc", "end the filter, then the zoom"),
    ("q  ^C", "quit, with the report"),
    ("^Z  ^L", "stop for a while; draw again"),
  ]
  private static let words = [
    "CLOSE_WAIT    the other side has closed, and this program has not;",
    "              ≥ at least: it was so before the capture",
    "TIME_WAIT     of each client with a service: who waits, and how many of this",
    "              host's ports for it are in use",
    "Late packets  came after the close they belong to; the newest first",
    "Ends          all that are not CLOSED; ? presumed, not proved",
  ]

  static func lines(_ palette: Palette) -> [String] {
    let width = 14
    let rows = keys.map { key, text in
      "  " + palette.paint(key.padded(to: width), as: .heading) + text
    }
    return [""] + rows + [""] + words.map { "  " + $0 }
  }
}
