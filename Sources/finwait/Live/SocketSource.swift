import Host

/// Where this machine's own view of its connections comes from: the kernel's socket table in one
/// network namespace, and the processes.
#if os(Linux)
  struct SocketSource: ~Copyable {
    private var table: SocketTable
    private var owners = SocketOwners()

    /// In the calling thread's network namespace.
    init() throws(HostError) { table = try SocketTable() }

    /// Gives `body` every socket that is an end of a connection; those that linger once more with the
    /// time of the last ACK. One that changes its state meanwhile is in the first list.
    mutating func forEachSocket(_ body: (KernelSocket) -> Void) throws(HostError) {
      try table.forEachSocket(in: .connections, body)
      try table.forEachSocket(in: .lingering, withLastACK: true, body)
    }

    /// Makes the programs of these sockets known, and no others.
    mutating func look(for inodes: Set<UInt32>) throws(HostError) { try owners.update(inodes) }

    func program(of inode: UInt32) -> ProgramDescription? { owners.program(of: inode) }

    /// Processes of which it could not be seen what they hold.
    var hiddenProcesses: Int { owners.hiddenProcesses }
  }

  extension KernelSocketStates {
    /// Not those that listen, or are bound alone.
    fileprivate static let connections = all.subtracting([
      .listen, KernelSocketStates(.bound), KernelSocketStates(.closed),
    ])
    /// Begun by a segment of the peer that acknowledged something.
    fileprivate static let lingering: KernelSocketStates = [
      KernelSocketStates(.closeWait), KernelSocketStates(.finWait2), KernelSocketStates(.closing),
    ]
  }
#else
  struct SocketSource: ~Copyable {
    init() throws(HostError) {
      throw .notSupported("the kernel's socket table cannot be read on this system")
    }

    mutating func forEachSocket(_ body: (KernelSocket) -> Void) throws(HostError) {}
    mutating func look(for inodes: Set<UInt32>) throws(HostError) {}
    func program(of inode: UInt32) -> ProgramDescription? { nil }
    var hiddenProcesses: Int { 0 }
  }
#endif
