import Foundation
import TestSupport

/// A terminal of a test's own on one of its hosts, with a shell in it.
final class TmuxTerminal {
  struct TookTooLong: Error, CustomStringConvertible {
    let description: String
  }

  /// Why there can be none here; nil if there can.
  static let obstacle: String? = {
    if let obstacle = NamespaceHost.obstacle { return obstacle }
    do {
      return try run(["tmux", "-V"]).hasPrefix("tmux") ? nil : "tmux does not work"
    } catch {
      return "tmux is not installed"
    }
  }()

  /// Of the shell, without the space behind it.
  static let prompt = "ready>"

  /// By which the server is reached.
  private let socket = FileManager.default.temporaryDirectory
    .appendingPathComponent("finwait-tmux-\(UUID().uuidString)")

  init(columns: Int, rows: Int, on host: NamespaceHost) throws {
    let shell = host.inside(["env", "PS1=\(Self.prompt) ", "bash", "--norc", "--noprofile"])
    let session = ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"] + shell
    // The server that it leaves behind would keep open what other tests wait for to be closed, and
    // have signals blocked as threads of a test have.
    let clean = """
      import os, signal, sys
      os.closerange(3, 4096)
      signal.pthread_sigmask(signal.SIG_SETMASK, [])
      os.execvp(sys.argv[1], sys.argv[1:])
      """
    _ = try Self.run(["python3", "-c", clean] + command(session))
    try tmux("set-option", "-g", "status", "off")
    try resize(columns: columns, rows: rows)
    try wait { $0.first?.hasPrefix(Self.prompt) ?? false }
  }

  deinit {
    _ = Result { try tmux("kill-server") }
    _ = Result { try FileManager.default.removeItem(at: socket) }
  }

  /// What is seen, line by line.
  var lines: [String] {
    get throws {
      try tmux("capture-pane", "-p").split(separator: "\n", omittingEmptySubsequences: false)
        .dropLast().map(String.init)
    }
  }

  /// Whether part of it is in reverse video.
  func hasCursorLine() throws -> Bool {
    try tmux("capture-pane", "-p", "-e").contains(/\u{1B}\[([0-9]+;)*7m/)
  }

  /// Whether it is the second screen that is seen.
  func isFullScreen() throws -> Bool {
    try tmux("display-message", "-p", "#{alternate_on}").hasPrefix("1")
  }

  /// All that was ever written on the first screen.
  var scrollback: String {
    get throws { try tmux("capture-pane", "-p", "-S", "-") }
  }

  /// Types keys, by the names that tmux gives them.
  func type(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// Types text, and Enter.
  func enter(_ text: String) throws {
    try tmux("send-keys", "-l", text)
    try type("Enter")
  }

  func resize(columns: Int, rows: Int) throws {
    try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// Whether the terminal is as a shell wants it: the first screen, a cursor, wrapped lines, and text
  /// that is edited and echoed.
  func isRestored() throws -> Bool {
    let flags = try tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{wrap_flag}")
    try type("Enter")
    try enter("stty -a | tr -d ';' | tr ' ' '\\n' | grep -cx -e icanon -e echo -e isig -e opost")
    try wait { $0.last { !$0.isEmpty && !$0.hasPrefix(Self.prompt) } == "4" }
    return flags == "0 1 1\n"
  }

  /// Waits until what is seen is so.
  func wait(within seconds: Int = 15, until condition: ([String]) throws -> Bool) throws {
    for _ in 0..<(20 * seconds) {
      if try condition(lines) { return }
      usleep(50_000)
    }
    throw TookTooLong(description: "waited too long; seen:\n\(try lines.joined(separator: "\n"))")
  }

  func wait(for text: String) throws { try wait { $0.contains { $0.contains(text) } } }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String { try tmux(arguments) }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String { try Self.run(command(arguments)) }

  private func command(_ arguments: [String]) -> [String] {
    ["tmux", "-u", "-S", socket.path, "-f", "/dev/null"] + arguments
  }

  /// Runs a command, by the C library: a Process waits until all that it has started is gone.
  private static func run(_ command: [String]) throws -> String {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("finwait-said-\(UUID().uuidString)")
    defer { _ = Result { try FileManager.default.removeItem(at: scratch) } }
    let words = command.map { "'" + $0.replacing("'", with: "'\\''") + "'" }
      .joined(separator: " ")
    // Colours are wanted, whatever the tests' own terminal says. The line becomes a C string.
    let status = unsafe system(
      "exec env -u TMUX -u NO_COLOR LC_ALL=C.UTF-8 \(words) </dev/null >'\(scratch.path)' 2>&1")
    let said = try String(decoding: Data(contentsOf: scratch), as: UTF8.self)
    guard status == 0 else { throw TookTooLong(description: said) }
    return said
  }
}
