import ArgumentParser

@main
struct Finwait: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finwait",
    abstract: "Find sockets left in CLOSE_WAIT and TIME_WAIT, and late packets, in captures.",
    usage: """
      finwait <file> ... [<options>]
      finwait <subcommand> ...
      """,
    discussion: """
      Reads pcap and pcapng captures, follows both ends of every TCP connection through its \
      close, and says which end was left in which state, since when, how surely, and by which \
      packets. Frame and stream numbers are Wireshark's.

      EXAMPLES
        finwait busy.pcap                    what is wrong, worst first
        finwait busy.pcap --format json      the same for a program
        finwait netstat busy.pcap --at +30   every socket, half a minute in
        finwait explain busy.pcap 12         why connection 12 ended so
        finwait check test.pcap              a test: does it hold to the rules?
        finwait diff old.pcap new.pcap       what got worse
        sudo finwait live                    what this host leaves open, as it happens

      A CLOSE_WAIT that stays means a program that does not close its sockets; a TIME_WAIT \
      belongs to the end that closed first, and goes by itself.

      EXIT STATUS
        0   fine
        1   check: a rule is broken; diff: something got worse
        2   an input was damaged or no capture; what was read is reported
        64  wrong usage: an option, a filter, a time, rules, a connection number
        66  an input is missing, a directory or unreadable; an interface cannot be used
        74  the results, or what else is asked for, cannot be written or served
        77  no permission to capture
      """,
    version: "0.1.0",
    subcommands: [
      Read.self, Netstat.self, Explain.self, Check.self, Diff.self, Extract.self, Live.self,
      Interfaces.self,
    ],
    defaultSubcommand: Read.self)

  /// As the captures that it writes name it.
  static let application = "finwait \(configuration.version)"
}
