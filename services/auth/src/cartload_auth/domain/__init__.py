"""Pure rules: what may be chosen as a credential, what tokens and signing keys are, who is throttled."""
