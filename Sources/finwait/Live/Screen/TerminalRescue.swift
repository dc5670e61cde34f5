#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What gives a terminal back when the process dies of a fault of its own: nobody could type any
/// more in a shell that gets it as a screen has left it.
enum TerminalRescue {
  /// No attributes, wrapped lines, the cursor, and the first screen.
  static var restoration: StaticString { "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l" }

  private static let faults = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]
  // Written by the one thread that has the screen, before the handler is there and after it has
  // gone; a handler has no other way to know of anything.
  nonisolated(unsafe) private static var terminal: Int32 = -1
  nonisolated(unsafe) private static var mode = termios()

  static func prepare(_ terminal: Int32, _ mode: termios) {
    unsafe self.terminal = terminal
    unsafe self.mode = mode
    for number in faults {
      // Only what may be called in a handler is (signal-safety(7)).
      signal(number) { number in
        let text = TerminalRescue.restoration
        _ = unsafe write(TerminalRescue.terminal, text.utf8Start, text.utf8CodeUnitCount)
        _ = unsafe tcsetattr(TerminalRescue.terminal, TCSANOW, &TerminalRescue.mode)
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  static func cancel() {
    for number in faults { signal(number, SIG_DFL) }
  }
}
