import Foundation

/// A host of a test's own: a network namespace, held by a process that ends with the test's.
///
/// The process waits at the end of a pipe. However the test ends, the pipe closes, the process ends,
/// and the namespace goes with all that is in it.
public final class NamespaceHost: Sendable {
  public struct Failed: Error, CustomStringConvertible {
    public let description: String
  }

  /// Why there can be none here; nil if there can.
  public static let obstacle: String? = {
    guard geteuid() == 0 else { return "network namespaces need root" }
    do {
      let host = try NamespaceHost()
      try host.run("ip", "link", "show", "lo")
      return nil
    } catch {
      return "network namespaces cannot be made here: \(error)"
    }
  }()

  /// The process that holds the namespace.
  public let pid: Int32
  private let lifeline: FileHandle

  public init() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat",
    ]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    pid = process.processIdentifier
    lifeline = input.fileHandleForWriting
    let said = output.fileHandleForReading.availableData
    guard String(decoding: said, as: UTF8.self).hasPrefix("up") else {
      throw Failed(description: "unshare or ip does not work")
    }
  }

  deinit { _ = Result { try lifeline.close() } }

  public var path: String { "/proc/\(pid)/ns/net" }

  /// Runs a command within the namespace.
  ///
  /// - Returns: what it wrote to its standard output.
  @discardableResult
  public func run(_ command: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = inside(command)
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let words = String(decoding: complaint, as: UTF8.self)
      throw Failed(description: "\(command.joined(separator: " ")): \(words)")
    }
    return String(decoding: said, as: UTF8.self)
  }

  /// The command line that runs a command within the namespace.
  public func inside(_ command: [String]) -> [String] {
    ["nsenter", "--target", "\(pid)", "--net", "--"] + command
  }

  /// The command line that runs a command within the namespace, and lets signals end it: threads of
  /// Dispatch block them, and processes inherit that.
  public func insideWithSignals(_ command: [String]) -> [String] {
    let unblock = """
      import os, signal, sys
      signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT, signal.SIGTERM, signal.SIGALRM])
      os.execvp(sys.argv[1], sys.argv[1:])
      """
    return inside(["python3", "-c", unblock] + command)
  }

  /// Joins two hosts by a veth pair, `eth0` at both: 10.9.0.1 and fd09::1 here, 10.9.0.2 and
  /// fd09::2 there.
  public func join(_ other: NamespaceHost) throws {
    try run(
      "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", "\(other.pid)")
    for (host, number) in [(self, 1), (other, 2)] {
      try host.run(
        "sh", "-c",
        """
        ip address add 10.9.0.\(number)/24 dev eth0
        ip address add fd09::\(number)/64 dev eth0 nodad
        ip link set eth0 up
        """)
    }
    // The kernel finds out a little later that there is somebody at the other end.
    for host in [self, other] {
      try host.run(
        "sh", "-c",
        "for i in $(seq 100); do ip link show eth0 | grep -q 'state UP' && exit; sleep 0.01; done")
    }
  }

  /// Sends a datagram that nobody waits for.
  public func sendDatagram(to address: String) throws {
    let program = """
      import socket, sys
      socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", (sys.argv[1], 9))
      """
    try run("python3", "-c", program, address)
  }
}
