import Reporting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The whole of the terminal that standard output is, and what is typed there.
///
/// It is opened anew, so that reads and writes that do not wait are ours alone: whoever stops the
/// terminal's output stops the picture, and not the capture.
final class TerminalScreen {
  private let terminal: Int32
  /// As it was found.
  private let mode: termios
  private(set) var isShown = false
  /// Bytes that the terminal had no room for.
  private var pending: ArraySlice<UInt8> = []
  /// What it shows, as far as all was written.
  private var shown: [String] = []

  /// - Returns: nil where standard output is no terminal that can be drawn on.
  init?() {
    guard Terminal.standardOutput, let kind = Environment.value("TERM"), kind != "dumb" else {
      return nil
    }
    // ttyname's text is copied before anything else can be called.
    let name = unsafe ttyname(STDOUT_FILENO).map { unsafe String(cString: $0) } ?? "/dev/tty"
    // The name becomes a C string for the call.
    terminal = unsafe open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    var mode = termios()
    // `mode` is a local of the type that the call writes.
    guard terminal >= 0, unsafe tcgetattr(terminal, &mode) == 0 else {
      if terminal >= 0 { _ = close(terminal) }
      return nil
    }
    self.mode = mode
  }

  deinit {
    hide()
    _ = close(terminal)
  }

  /// To be waited for with poll(2), for keys.
  var descriptor: Int32 { terminal }

  /// In character cells; 24 rows of 80 where it does not tell.
  var size: ScreenSize {
    var size = winsize()
    // `size` is a local of the type that the call writes.
    guard unsafe ioctl(terminal, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return ScreenSize(columns: 80, rows: 24) }
    return ScreenSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }

  // MARK: Having it

  /// Takes the terminal: the other screen that it has, no cursor, keys as they are typed.
  func show() {
    if isShown { return }
    isShown = true
    TerminalRescue.prepare(terminal, mode)
    var raw = mode
    // `raw` is a local of the type that both calls take.
    unsafe cfmakeraw(&raw)
    _ = unsafe tcsetattr(terminal, TCSANOW, &raw)
    redraw()
    pending = Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l".utf8)[...]
    flush()
  }

  /// Gives it back as it was found.
  func hide() {
    guard isShown else { return }
    isShown = false
    TerminalRescue.cancel()
    // Behind what is left of a picture: that may be within a code.
    pending += Array(TerminalRescue.restoration.description.utf8)
    for _ in 0..<100 where !pending.isEmpty {
      flush()
      if !pending.isEmpty { waitForRoom(milliseconds: 10) }
    }
    pending = []
    var mode = mode
    // `mode` is a local of the type that the call reads.
    _ = unsafe tcsetattr(terminal, TCSANOW, &mode)
  }

  /// Stops the process, as Ctrl-Z does, until it is told to go on.
  func stop() { _ = kill(getpid(), SIGSTOP) }

  // MARK: Using it

  /// What was typed; nil when nobody can type any more.
  func typed() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 256)
    // The pointer and the count are the array's.
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe read(terminal, buffer.baseAddress, buffer.count)
    }
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    return count > 0 ? Array(bytes[..<count]) : nil
  }

  /// Whether no earlier picture is on its way any more.
  func takesPictures() -> Bool {
    flush()
    return isShown && pending.isEmpty
  }

  /// Draws lines over what is shown, those that differ.
  ///
  /// - Returns: whether the terminal has got all of them.
  func draw(_ lines: [String]) -> Bool {
    // A terminal that knows it shows all at once (DEC private mode 2026).
    var picture = "\u{1B}[?2026h"
    if shown.count != lines.count { picture += "\u{1B}[2J" }
    for (row, line) in lines.enumerated() where shown.count != lines.count || shown[row] != line {
      picture += "\u{1B}[\(row + 1);1H\u{1B}[K" + line
    }
    shown = lines
    pending = Array((picture + "\u{1B}[?2026l").utf8)[...]
    flush()
    // A picture is more than a terminal takes at once; a few milliseconds are nothing to packets.
    for _ in 0..<5 where !pending.isEmpty {
      waitForRoom(milliseconds: 1)
      flush()
    }
    return pending.isEmpty
  }

  /// The next picture is drawn whole.
  func redraw() { shown = [] }

  private func flush() {
    while !pending.isEmpty {
      // The pointer lies within `pending`, which outlives the call; the count ends at its end.
      let count = unsafe pending.withUnsafeBytes { buffer in
        unsafe write(terminal, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        // Of a terminal that is gone nobody sees anything.
        if errno != EAGAIN { pending = [] }
        return
      }
      pending = pending.dropFirst(count)
    }
  }

  private func waitForRoom(milliseconds: Int32) {
    var entry = pollfd(fd: terminal, events: Int16(POLLOUT), revents: 0)
    // One entry, of the type that the call takes.
    _ = unsafe poll(&entry, 1, milliseconds)
  }
}
