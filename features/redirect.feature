Feature: Where the consumer ends
  Each outcome leads to its merchant URL, or to a page of its own where none is given.

  @req:HPP-REDIRECT-001 @needs:browser @needs:outcome
  Rule: A payment leads to the success URL

    Scenario: A successful payment ends at the success URL
      Given a hosted session
      When the consumer pays
      Then the consumer lands at the success URL

    Scenario: A payment at the second visit ends at the success URL, the only one
      Given a hosted session whose merchant URLs are
        | failure | absent |
        | error   | absent |
        | back    | absent |
        | cancel  | absent |
      And the consumer has gone back
      When the consumer pays
      Then the consumer lands at the success URL

    Scenario: A payment after a decline and an error ends at the success URL
      Given a hosted session
      And the consumer has been declined
      And the consumer has met a technical error
      When the consumer pays
      Then the consumer lands at the success URL

  @req:HPP-REDIRECT-002 @needs:browser @needs:outcome
  Rule: A declined payment leads to the failure URL

    Scenario: A declined payment ends at the failure URL
      Given a hosted session
      When the consumer is declined
      Then the consumer lands at the failure URL

    Scenario: A decline at the second visit ends at the failure URL, the only one
      Given a hosted session whose merchant URLs are
        | success | absent |
        | error   | absent |
        | back    | absent |
        | cancel  | absent |
      And the consumer has gone back
      When the consumer is declined
      Then the consumer lands at the failure URL

    Scenario: A decline after a technical error ends at the failure URL
      Given a hosted session
      And the consumer has met a technical error
      When the consumer is declined
      Then the consumer lands at the failure URL

  @req:HPP-REDIRECT-003 @needs:browser @needs:outcome
  Rule: A technical error leads to the error URL

    Scenario: A technical error ends at the error URL
      Given a hosted session
      When the consumer meets a technical error
      Then the consumer lands at the error URL

    Scenario: An error at the second visit ends at the error URL, the only one
      Given a hosted session whose merchant URLs are
        | success | absent |
        | failure | absent |
        | back    | absent |
        | cancel  | absent |
      And the consumer has gone back
      When the consumer meets a technical error
      Then the consumer lands at the error URL

    Scenario: A technical error after a decline ends at the error URL
      Given a hosted session
      And the consumer has been declined
      When the consumer meets a technical error
      Then the consumer lands at the error URL

  @req:HPP-REDIRECT-004 @needs:browser @needs:outcome
  Rule: Without an error URL a technical error leads to the failure URL

    Scenario: With a failure URL alone, a technical error ends there
      Given a hosted session whose merchant URLs are
        | success | null |
        | error   | null |
        | back    | null |
        | cancel  | null |
      When the consumer meets a technical error
      Then the consumer lands at the failure URL

    Scenario: With an empty error URL, a technical error ends at failure
      Given a hosted session whose merchant URLs are
        | error | empty |
      When the consumer meets a technical error
      Then the consumer lands at the failure URL

  @req:HPP-REDIRECT-005 @needs:browser @needs:outcome
  Rule: Without an error URL a technical error leads to a generic page

    Scenario Outline: With <value> for error, a technical error ends generically
      Given a hosted session whose merchant URLs are
        | error | <value> |
      And the consumer has been declined
      When the consumer meets a technical error
      Then the consumer stays on a generic page

      Examples:
        | value |
        | empty |
        | null  |

    Scenario: Without any URL, a technical error ends generically
      Given a hosted session whose merchant URLs are
        | success | null |
        | failure | null |
        | error   | null |
        | back    | null |
        | cancel  | null |
      When the consumer meets a technical error
      Then the consumer stays on a generic page

  @req:HPP-REDIRECT-006 @needs:browser @needs:outcome
  Rule: Without error and failure URLs an error leads to the failure page

    Scenario Outline: With <value> for error and failure, an error shows a failure
      Given a hosted session whose merchant URLs are
        | error   | <value> |
        | failure | <value> |
      When the consumer meets a technical error
      Then the consumer stays on the generic failure page as after a refusal

      Examples:
        | value |
        | empty |
        | null  |

  @req:HPP-REDIRECT-007 @needs:browser @needs:outcome
  Rule: Without a success URL a payment leads to a confirmation page

    Scenario Outline: With <value> for success, a payment is confirmed on the page
      Given a hosted session whose merchant URLs are
        | success | <value> |
      When the consumer pays
      Then the consumer stays on the generic success page

      Examples:
        | value |
        | empty |
        | null  |

    Scenario: Without any URL, a payment is confirmed on the page
      Given a hosted session whose merchant URLs are
        | success | null |
        | failure | null |
        | error   | null |
        | back    | null |
        | cancel  | null |
      When the consumer pays
      Then the consumer stays on the generic success page

  @req:HPP-REDIRECT-008 @needs:browser @needs:outcome
  Rule: Without a failure URL a declined payment leads to a generic page

    Scenario Outline: With <value> for failure, a refusal is told on the page
      Given a hosted session whose merchant URLs are
        | failure | <value> |
      When the consumer is declined
      Then the consumer stays on the generic failure page

      Examples:
        | value |
        | empty |
        | null  |

    Scenario: Without any URL, a refusal is told on the page
      Given a hosted session whose merchant URLs are
        | success | null |
        | failure | null |
        | error   | null |
        | back    | null |
        | cancel  | null |
      When the consumer is declined
      Then the consumer stays on the generic failure page

  @req:HPP-REDIRECT-009 @needs:browser
  Rule: Without a cancel URL cancelling leads to a generic page

    Scenario Outline: With <value> for cancel, the cancellation is told on the page
      Given a payment session of the IN_STORE channel
      And a hosted session whose merchant URLs are
        | cancel | <value> |
      When the consumer cancels and confirms
      Then the consumer stays on the generic cancel page

      Examples:
        | value |
        | empty |
        | null  |

    Scenario: Without any URL, the cancellation is told on the page
      Given a payment session of the IN_STORE channel
      And a hosted session whose merchant URLs are
        | success | null |
        | failure | null |
        | error   | null |
        | back    | null |
        | cancel  | null |
      When the consumer cancels and confirms
      Then the consumer stays on the generic cancel page

  @req:HPP-REDIRECT-010 @needs:browser
  Rule: Without a back URL going back leads to a generic page

    Scenario Outline: With <value> for back, going back ends on a generic page
      Given a hosted session whose merchant URLs are
        | back | <value> |
      When the consumer presses back
      Then the consumer stays on the generic back page

      Examples:
        | value |
        | empty |
        | null  |

    Scenario: Without any URL, going back ends on a generic page
      Given a hosted session whose merchant URLs are
        | success | null |
        | failure | null |
        | error   | null |
        | back    | null |
        | cancel  | null |
      When the consumer presses back
      Then the consumer stays on the generic back page

  @req:HPP-REDIRECT-011 @needs:browser
  Rule: Where going back leads without a back URL is open

    Scenario Outline: Where back leads with <cell> in its place is recorded
      Given a hosted session whose merchant URLs are
        | back | <cell> |
      When the consumer presses back
      Then where the consumer ends is recorded

      Examples:
        | cell  |
        | empty |
        | null  |

  @req:HPP-REDIRECT-012 @needs:browser
  Rule: An empty merchant URL behaves like null

    Scenario Outline: An empty <url> URL ends like a null one
      Given a payment session of the <channel> channel
      And a hosted session whose merchant URLs are
        | <url> | empty |
      When the consumer <act>
      Then the consumer ends as with a null <url> URL

      Examples:
        | url    | channel   | act                  |
        | back   | ECOMMERCE | presses back         |
        | cancel | IN_STORE  | cancels and confirms |

      @needs:outcome
      Examples:
        | url     | channel   | act                     |
        | success | ECOMMERCE | pays                    |
        | failure | ECOMMERCE | is declined             |
        | error   | ECOMMERCE | meets a technical error |

  @req:HPP-REDIRECT-013 @needs:browser
  Rule: An absent merchant URL behaves like null

    Scenario Outline: An absent <url> URL ends like a null one, without <other> too
      Given a payment session of the <channel> channel
      And a hosted session whose merchant URLs are
        | <url>   | absent |
        | <other> | absent |
      When the consumer <act>
      Then the consumer ends as with a null <url> URL

      Examples:
        | url    | other   | channel   | act                  |
        | back   | success | ECOMMERCE | presses back         |
        | cancel | back    | IN_STORE  | cancels and confirms |

      @needs:outcome
      Examples:
        | url     | other   | channel   | act                     |
        | success | failure | ECOMMERCE | pays                    |
        | failure | error   | ECOMMERCE | is declined             |
        | error   | back    | ECOMMERCE | meets a technical error |
        | error   | failure | ECOMMERCE | meets a technical error |

  @req:HPP-REDIRECT-014 @needs:browser
  Rule: Going back leads to the back URL

    Scenario: Pressing back ends at the back URL
      Given a hosted session
      When the consumer presses back
      Then the consumer lands at the back URL

    Scenario: Going back a second time ends at the back URL, the only one
      Given a hosted session whose merchant URLs are
        | success | absent                               |
        | failure | absent                               |
        | error   | absent                               |
        | back    | ?session_id={{session_id}}#from-page |
        | cancel  | absent                               |
      And the consumer has gone back
      When the consumer presses back
      Then the consumer lands at the back URL

  @req:HPP-REDIRECT-015 @needs:browser
  Rule: After back the page can be opened again

    Scenario: The payment page comes back after going back
      Given a hosted session
      And the consumer has gone back
      When the consumer opens the page
      Then the page offers payment

    Scenario: The payment page comes back after going back twice
      Given a hosted session
      And the consumer has gone back
      And the consumer has gone back
      When the consumer opens the page
      Then the page offers payment

  @req:HPP-REDIRECT-016 @needs:browser
  Rule: In eCommerce the cancel URL acts as a back URL

    Scenario: Leaving for the cancel URL does not cancel in eCommerce
      Given a payment session of the ECOMMERCE channel
      And a hosted session whose merchant URLs are
        | back | null |
      When the consumer presses back
      Then the consumer lands at the cancel URL
      And the hosted session is not CANCELLED

  @req:HPP-REDIRECT-017 @needs:browser
  Rule: Outside eCommerce a cancellation is confirmed first

    Scenario: Pressing cancel asks for confirmation, the second time too
      Given a payment session of the IN_STORE channel
      And a hosted session
      And the consumer has pressed cancel without confirming
      When the consumer presses cancel
      Then the page asks for confirmation

    @needs:outcome
    Scenario: Pressing cancel at the second visit asks, also without a cancel URL
      Given a payment session of the IN_STORE channel
      And a hosted session whose merchant URLs are
        | cancel | null |
      And the consumer has been declined
      When the consumer presses cancel
      Then the page asks for confirmation

  @req:HPP-REDIRECT-018 @needs:browser
  Rule: A confirmed cancellation is final

    Scenario: A confirmed cancellation ends at the cancel URL, cancelled
      Given a payment session of the IN_STORE channel
      And a hosted session
      When the consumer cancels and confirms
      Then the consumer lands at the cancel URL
      And the hosted session becomes CANCELLED

    @needs:outcome
    Scenario: A cancellation after a decline is final, with no other URL
      Given a payment session of the TELESALES channel
      And a hosted session whose merchant URLs are
        | success | absent |
        | failure | absent |
        | error   | absent |
        | back    | absent |
      And the consumer has been declined
      When the consumer cancels and confirms
      Then the consumer lands at the cancel URL
      And the hosted session becomes CANCELLED

  @req:HPP-REDIRECT-019 @needs:browser
  Rule: Back and cancel are never offered at once

    Scenario Outline: The page of a purchase in <channel> offers one way out
      Given a payment session of the <channel> channel
      And a hosted session
      When the consumer opens the page
      Then the page offers one way out at most

      Examples:
        | channel   |
        | ECOMMERCE |
        | IN_STORE  |

    Scenario Outline: A second visit offers one way out after the consumer <act>
      Given a hosted session
      And the consumer <act>
      When the consumer opens the page
      Then the page offers one way out at most

      Examples:
        | act           |
        | has gone back |

      @needs:outcome
      Examples:
        | act               |
        | has been declined |

  @req:HPP-REDIRECT-020 @needs:browser @needs:outcome
  Rule: A payment needs no redirect

    Scenario: A payment is made though the consumer was never redirected
      Given a hosted session
      When the consumer pays and leaves at once
      Then the payment is made all the same

  @req:HPP-REDIRECT-021 @needs:browser
  Rule: The page of a waiting session is public

    Scenario: The page of a waiting session opens without credentials
      Given a hosted session
      When the consumer opens the page
      Then the page opens without credentials

  @req:HPP-REDIRECT-023 @needs:browser @needs:outcome
  Rule: The success URL is reached after completion

    Scenario: A session is completed when its consumer arrives
      Given a hosted session
      When the consumer pays
      Then the hosted session is COMPLETED on arrival at the success URL

  @req:HPP-REDIRECT-024 @needs:browser
  Rule: Each merchant URL receives only its own outcome

    Scenario: Only the back URL hears that the consumer went back
      Given a hosted session
      When the consumer presses back
      Then no merchant URL but back is visited

    @needs:outcome
    Scenario Outline: Only the <url> URL hears of its outcome
      Given a hosted session
      When the consumer <act>
      Then no merchant URL but <url> is visited

      Examples:
        | url     | act                     |
        | success | pays                    |
        | failure | is declined             |
        | error   | meets a technical error |

  @req:HPP-REDIRECT-026 @needs:browser
  Rule: Cancelling leads to the cancel URL

    Scenario Outline: A cancellation of a purchase in <channel> ends at the cancel URL
      Given a payment session of the <channel> channel
      And a hosted session
      When the consumer cancels and confirms
      Then the consumer lands at the cancel URL

      Examples:
        | channel   |
        | IN_STORE  |
        | TELESALES |
        | MOTO      |

    @needs:outcome
    Scenario: A cancellation after a decline ends at the only URL, for cancel
      Given a payment session of the IN_STORE channel
      And a hosted session whose merchant URLs are
        | success | absent |
        | failure | absent |
        | error   | absent |
        | back    | absent |
      And the consumer has been declined
      When the consumer cancels and confirms
      Then the consumer lands at the cancel URL
