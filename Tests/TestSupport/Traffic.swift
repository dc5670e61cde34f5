import Foundation

/// Real TCP connections between two hosts of a test's own, made by one Python program that enters
/// the namespaces of both.
public enum Traffic {
  static let program = """
    import ctypes, os, socket, sys, time
    client, server = (os.open(f"/proc/{pid}/ns/net", os.O_RDONLY) for pid in sys.argv[1:3])
    libc = ctypes.CDLL(None, use_errno=True)
    def enter(namespace):
        if libc.setns(namespace, 0x40000000): raise OSError(ctypes.get_errno(), "setns")
    def listen(family, address):
        enter(server)
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, 8080))
        listener.listen(128)
        return listener
    def dial(family, address):
        enter(client)
        dialler = socket.socket(family)
        dialler.settimeout(5)
        dialler.connect((address, 8080))
        return dialler
    """

  /// Opens connections one after the other, from the first host to port 8080 of the second, over
  /// IPv4 and IPv6 in turn; a request, an answer, and a graceful close by the first.
  public static func converse(
    _ count: Int, from client: NamespaceHost, to server: NamespaceHost
  ) throws {
    try run(
      """
      \(program)
      kinds = [(socket.AF_INET, "10.9.0.2"), (socket.AF_INET6, "fd09::2")]
      listeners = [listen(*kind) for kind in kinds]
      for number in range(int(sys.argv[3])):
          dialler = dial(*kinds[number % 2])
          accepted, _ = listeners[number % 2].accept()
          dialler.sendall(b"request")
          accepted.recv(100)
          accepted.sendall(b"answer")
          dialler.recv(100)
          dialler.shutdown(socket.SHUT_WR)
          accepted.recv(100)
          accepted.close()
          dialler.recv(100)
          dialler.close()
      """, ["\(client.pid)", "\(server.pid)", "\(count)"])
  }

  /// A server that does not close: the client has, and the server's end is in CLOSE_WAIT until the
  /// server ends, or is told to close.
  public final class Leak {
    private let process: Process
    private let lifeline: FileHandle

    /// The process that holds the socket.
    public var pid: Int32 { process.processIdentifier }

    /// - Parameter isBegun: if not, the client has not closed, and nothing leaks yet.
    public init(
      from client: NamespaceHost, to server: NamespaceHost, isBegun: Bool = true
    ) throws {
      process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "python3", "-c",
        """
        \(program)
        listener = listen(socket.AF_INET, "10.9.0.2")
        dialler = dial(socket.AF_INET, "10.9.0.2")
        accepted, _ = listener.accept()
        listener.close()
        if sys.argv[3] == "true":
            dialler.close()
            accepted.recv(1)
        print("leaking", flush=True)
        sys.stdin.readline()
        accepted.close()
        print("closed", flush=True)
        sys.stdin.readline()
        """, "\(client.pid)", "\(server.pid)", "\(isBegun)",
      ]
      let (input, output) = (Pipe(), Pipe())
      process.standardInput = input
      process.standardOutput = output
      lifeline = input.fileHandleForWriting
      try process.run()
      guard !output.fileHandleForReading.availableData.isEmpty else {
        throw NamespaceHost.Failed(description: "the leaking server has ended")
      }
    }

    deinit { _ = Result { try lifeline.close() } }

    /// Has the server close the socket.
    public func close() throws { try lifeline.write(contentsOf: Data("close\n".utf8)) }
  }

  /// Opens a connection that the server closes with text unread, which resets it.
  public static func abort(from client: NamespaceHost, to server: NamespaceHost) throws {
    try run(
      """
      \(program)
      listener = listen(socket.AF_INET, "10.9.0.2")
      dialler = dial(socket.AF_INET, "10.9.0.2")
      accepted, _ = listener.accept()
      dialler.sendall(b"unread")
      time.sleep(0.05)
      accepted.close()
      time.sleep(0.05)
      """, ["\(client.pid)", "\(server.pid)"])
  }

  /// Opens a connection whose ends are both gone a second later, without a packet, as a host is that
  /// loses power.
  public static func vanish(from client: NamespaceHost, to server: NamespaceHost) throws {
    try run(
      """
      \(program)
      listener = listen(socket.AF_INET, "10.9.0.2")
      dialler = dial(socket.AF_INET, "10.9.0.2")
      accepted, _ = listener.accept()
      dialler.sendall(b"request")
      accepted.recv(100)
      accepted.sendall(b"answer")
      dialler.recv(100)
      time.sleep(1.2)
      for end in accepted, dialler:
          end.setsockopt(socket.IPPROTO_TCP, 19, 1)  # TCP_REPAIR
          end.close()
      """, ["\(client.pid)", "\(server.pid)"])
  }

  /// Opens a connection that the server closes first, and dials again from the same port while the
  /// server's end is in TIME_WAIT.
  public static func redial(from client: NamespaceHost, to server: NamespaceHost) throws {
    try run(
      """
      \(program)
      listener = listen(socket.AF_INET, "10.9.0.2")
      enter(client)
      for turn in range(2):
          dialler = socket.socket()
          dialler.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
          dialler.bind(("10.9.0.1", 34567))
          dialler.connect(("10.9.0.2", 8080))
          accepted, _ = listener.accept()
          accepted.shutdown(socket.SHUT_WR)
          dialler.recv(1)
          dialler.close()
          accepted.recv(1)
          accepted.close()
          time.sleep(0.1)
      """, ["\(client.pid)", "\(server.pid)"])
  }

  /// Opens connections one after the other that the client closes and the server does not, until the
  /// last one is.
  public static func leak(
    _ count: Int, from client: NamespaceHost, to server: NamespaceHost
  ) throws {
    try run(
      """
      \(program)
      listener = listen(socket.AF_INET, "10.9.0.2")
      leaks = []
      for number in range(int(sys.argv[3])):
          dialler = dial(socket.AF_INET, "10.9.0.2")
          leaks.append(listener.accept()[0])
          dialler.sendall(b"request" * 100)
          dialler.close()
          time.sleep(0.002)
      """, ["\(client.pid)", "\(server.pid)", "\(count)"])
  }

  /// Opens 100 connections a second, each closed a second later by one side, and by the other half a
  /// second behind it: client and server begin in turn.
  public static func closeSlowly(
    seconds: Int, from client: NamespaceHost, to server: NamespaceHost
  ) throws {
    try run(
      """
      \(program)
      listener = listen(socket.AF_INET, "10.9.0.2")
      closes, count = [], int(sys.argv[3]) * 100
      begin = time.monotonic()
      for number in range(count):
          dialler = dial(socket.AF_INET, "10.9.0.2")
          ends = [dialler, listener.accept()[0]]
          dialler.sendall(b"request")
          ends[1].recv(100)
          first = number % 2
          now = time.monotonic()
          closes += [(now + 1, ends[first]), (now + 1.5, ends[1 - first])]
          closes.sort(key=lambda close: close[0])
          while closes[0][0] <= now:
              closes.pop(0)[1].close()
          time.sleep(max(0, begin + number / 100 - now))
      """, ["\(client.pid)", "\(server.pid)", "\(seconds)"])
  }

  /// - Returns: what it wrote to its standard output.
  @discardableResult
  static func run(
    _ program: String, _ arguments: [String], limitSeconds: Int = 60
  ) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "\(limitSeconds)", "python3", "-c", program] + arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw NamespaceHost.Failed(description: String(decoding: complaint, as: UTF8.self))
    }
    return said
  }
}
