import Capture
import Dissection
import Host
import Reporting

/// What has to be opened with privileges, and giving them up.
enum LiveInput {
  /// Opens the interfaces and the kernel's socket table, in another network namespace if one is
  /// given, and goes on with no more privileges than are needed to name programs.
  ///
  /// - Returns: no socket table where there is none, or it is not wanted.
  static func open(
    _ options: LiveCaptureOptions, closesOnly: Bool, as user: String?,
    naming programs: LocalSockets.Programs
  ) throws -> (
    capture: LiveCapture, sockets: LocalSockets?, addresses: Set<IPAddress>, drops: InterfaceDrops?
  ) {
    let live = options.liveOptions(closesOnly: closesOnly)
    let names = options.interfaces
    // What a filter leaves out would be taken for what no packet told of.
    let reportsUnseen = options.filter == nil
    var sockets: LocalSockets?
    var drops: InterfaceDrops?
    do {
      drops = try within(options.netns) { () throws(HostError) in try InterfaceDrops() }
      sockets = try within(options.netns) { () throws(HostError) in
        try LocalSockets(programs: programs, reportsUnseen: reportsUnseen)
      }
    } catch let error as HostError {
      StandardError.write("finwait: \(Escaping.terminal(error.sentence))\n")
    }
    let capture = try within(options.netns) { () throws(LiveError) in
      try LiveCapture(interfaces: names, options: live)
    }
    let addresses = try within(options.netns) { () throws(LiveError) in
      try InterfaceDescription.ownAddresses()
    }
    try giveUpPrivileges(to: user, naming: programs)
    return (capture, sockets, addresses, drops)
  }

  /// What tells the ports that the kernel may choose, whenever it is asked.
  static func ephemeralPorts(in namespace: String?) throws -> () -> EphemeralPorts? {
    #if os(Linux)
      let ports = try within(namespace) { LocalPorts() }
      return {
        ports.settings.map { EphemeralPorts(range: $0.range, reserved: $0.reserved) }
      }
    #else
      return { nil }
    #endif
  }

  /// Does something in a network namespace; nil: in that of the process.
  static func within<Value, Failure: Error>(
    _ namespace: String?, _ body: () throws(Failure) -> Value
  ) throws -> Value {
    guard let namespace else { return try body() }
    #if os(Linux)
      return try NetworkNamespace(namespace).run {
        Result { () throws(Failure) in try body() }
      }.get()
    #else
      throw HostError.notSupported("there are no network namespaces here")
    #endif
  }

  private static func giveUpPrivileges(
    to user: String?, naming programs: LocalSockets.Programs
  ) throws {
    #if os(Linux)
      let successor = try Privilege.successor(named: user, environment: Environment.value)
      try Privilege.drop(to: successor, keeping: programs == .all ? .otherProcesses : [])
    #else
      if user != nil { throw HostError.notSupported("--user is not supported here") }
    #endif
  }
}
