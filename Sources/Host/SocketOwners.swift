#if os(Linux)
  /// Which program holds which socket, from the descriptors of all processes.
  ///
  /// The processes are gone through only when there is a socket whose program is not known: first
  /// those that are known to hold sockets, for a server's next connection is nearly always the same
  /// server's, and then, if that leaves any, all. What no process holds is not sought for ever.
  public struct SocketOwners: Sendable {
    /// How often a socket that no process was seen to hold is looked for again.
    private static let patience = 3

    private let files: ProcessFiles
    /// By inode, the first process that was seen to hold it.
    private var holders: [UInt32: Int32] = [:]
    private var programs: [Int32: ProgramDescription] = [:]
    /// Sockets that no process was seen to hold, and how often they were looked for.
    private var sought: [UInt32: Int] = [:]
    private var userNames: [UInt32: String?] = [:]
    /// Processes of which the last full look could not see the descriptors.
    public private(set) var hiddenProcesses = 0

    public init() { files = ProcessFiles() }

    init(files: ProcessFiles) { self.files = files }

    /// The program that holds a socket; nil where it is not known.
    public func program(of inode: UInt32) -> ProgramDescription? {
      holders[inode].flatMap { programs[$0] }
    }

    /// Makes the programs of these sockets known, as far as that is possible, and forgets all other
    /// sockets.
    ///
    /// - Parameter inodes: all that are in the kernel's table; 0 does not count.
    public mutating func update(_ inodes: Set<UInt32>) throws(HostError) {
      holders = holders.filter { inodes.contains($0.key) }
      sought = sought.filter { inodes.contains($0.key) }
      var unknown = inodes.filter {
        $0 != 0 && holders[$0] == nil && sought[$0, default: 0] < Self.patience
      }
      if unknown.isEmpty { return }
      let familiar = Array(programs.keys)
      for pid in familiar where !unknown.isEmpty {
        // It has ended, or its number is another's now, if its descriptors are not to be had.
        if !look(at: pid, for: &unknown) { forget(pid) }
      }
      if unknown.isEmpty { return }
      try lookEverywhere(for: &unknown, except: Set(familiar))
      for inode in unknown { sought[inode, default: 0] += 1 }
      let holding = Set(holders.values)
      programs = programs.filter { holding.contains($0.key) }
    }

    private mutating func lookEverywhere(
      for unknown: inout Set<UInt32>, except seen: Set<Int32>
    ) throws(HostError) {
      var hidden = 0
      for pid in try files.processes() where !seen.contains(pid) {
        _ = look(at: pid, for: &unknown, hidden: &hidden)
      }
      hiddenProcesses = hidden
    }

    private mutating func look(at pid: Int32, for unknown: inout Set<UInt32>) -> Bool {
      var hidden = 0
      return look(at: pid, for: &unknown, hidden: &hidden)
    }

    /// - Returns: whether the process's descriptors could be seen.
    private mutating func look(
      at pid: Int32, for unknown: inout Set<UInt32>, hidden: inout Int
    ) -> Bool {
      var found: [UInt32] = []
      switch files.forEachSocket(of: pid, { if unknown.contains($0) { found.append($0) } }) {
      case .seen: break
      case .hidden:
        hidden += 1
        return false
      case .gone: return false
      }
      if found.isEmpty { return true }
      guard let program = describe(pid) else { return false }
      if let known = programs[pid], known.start != program.start { forget(pid) }
      programs[pid] = program
      for inode in found {
        holders[inode] = pid
        unknown.remove(inode)
      }
      return true
    }

    private mutating func forget(_ pid: Int32) {
      programs[pid] = nil
      holders = holders.filter { $0.value != pid }
    }

    private mutating func describe(_ pid: Int32) -> ProgramDescription? {
      guard let name = files.text("comm", of: pid), let stat = files.text("stat", of: pid),
        let start = ProgramDescription.start(stat: stat)
      else { return nil }
      let user = files.text("status", of: pid).flatMap(ProgramDescription.user(status:))
      return ProgramDescription(
        pid: pid, start: start, name: name, executable: files.link("exe", of: pid), user: user,
        userName: user.flatMap { userName($0) },
        controlGroup: files.text("cgroup", of: pid).flatMap(
          ProgramDescription.controlGroup(lines:)))
    }

    private mutating func userName(_ id: UInt32) -> String? {
      if let known = userNames[id] { return known }
      let name = SystemUser(id: id)?.name
      userNames[id] = .some(name)
      return name
    }
  }
#endif
