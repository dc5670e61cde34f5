#if os(Linux)
  import Foundation
  import Glibc

  /// A pseudo-terminal of which nobody reads what is written to it, and a program in it.
  final class StillTerminal {
    struct Failed: Error {}

    private let process = Process()
    private let master: FileHandle

    init(_ command: [String]) throws {
      var (master, slave) = (Int32(-1), Int32(-1))
      // Both are locals of the type that the call writes; it takes no name, mode or size.
      guard unsafe openpty(&master, &slave, nil, nil, nil) == 0 else { throw Failed() }
      self.master = FileHandle(fileDescriptor: master, closeOnDealloc: true)
      let terminal = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["TERM=xterm"] + command
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = terminal
      process.standardError = FileHandle.nullDevice
      try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Has the program draw much more than a terminal holds: anew for each size.
    func fill() throws {
      for turn in 0..<30 {
        var size = winsize(
          ws_row: 50, ws_col: UInt16(200 + turn % 2), ws_xpixel: 0, ws_ypixel: 0)
        // `size` is a local of the type that the call reads.
        guard unsafe ioctl(master.fileDescriptor, UInt(TIOCSWINSZ), &size) == 0 else {
          throw Failed()
        }
        usleep(120_000)
      }
    }
  }
#endif
