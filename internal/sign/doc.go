// Package sign signs and checks texts with ordinary SSH keys, in the format of
// "ssh-keygen -Y sign". Only keys of the type ssh-ed25519 count. It reads the files of
// keys and nothing else: no agent, and no network.
package sign

// Namespace is that of every signature (see ssh-keygen's -n). A signature that was made
// for another purpose does not count.
const Namespace = "nightpress"
