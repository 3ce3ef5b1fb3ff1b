Feature: The status of a hosted session
  What the consumer does shows in the status that the merchant reads.

  @req:HPP-STATUS-001
  Rule: The status is a text

    Scenario: A session that is read has a status
      Given a hosted session
      When the merchant reads the hosted session
      Then the member status is a non-empty string

  @req:HPP-STATUS-019 @needs:browser
  Rule: The status is one of nine, or a new one

    Scenario Outline: The status after the consumer <act> is a known one
      Given a hosted session
      When the consumer <act>
      Then the hosted session has a known status

      Examples:
        | act          |
        | presses back |

      @needs:outcome
      Examples:
        | act                     |
        | pays                    |
        | is declined             |
        | meets a technical error |

  @req:HPP-STATUS-002 @needs:browser
  Rule: Opening the page leads to IN_PROGRESS

    Scenario Outline: Opening the page brings a session in progress in <channel>
      Given a payment session of the <channel> channel
      And a hosted session
      When the consumer opens the page
      Then the hosted session becomes IN_PROGRESS

      Examples:
        | channel   |
        | ECOMMERCE |
        | IN_STORE  |

  @req:HPP-STATUS-003 @needs:browser @needs:outcome
  Rule: An authorised payment leads to COMPLETED

    Scenario Outline: Paying completes a session in <channel>
      Given a payment session of the <channel> channel
      And a hosted session
      When the consumer pays
      Then the hosted session becomes COMPLETED

      Examples:
        | channel   |
        | ECOMMERCE |
        | IN_STORE  |

  @req:HPP-STATUS-004 @needs:browser @needs:outcome
  Rule: A declined payment leads to FAILED

    Scenario: A decline lets a session fail
      Given a hosted session
      When the consumer is declined
      Then the hosted session becomes FAILED

    Scenario: A second decline lets a session fail again
      Given a hosted session
      And the consumer has been declined
      When the consumer is declined
      Then the hosted session becomes FAILED

  @req:HPP-STATUS-005 @needs:browser @needs:outcome
  Rule: FAILED is not final

    Scenario: A session that failed can still be paid
      Given a hosted session
      And the consumer has been declined
      When the consumer pays
      Then the payment completes the hosted session after all

    Scenario: A session that failed twice can still be paid
      Given a hosted session
      And the consumer has been declined
      And the consumer has been declined
      When the consumer pays
      Then the payment completes the hosted session after all

  @req:HPP-STATUS-006 @needs:browser
  Rule: Going back leads to BACK

    Scenario: Pressing back turns a session back
      Given a hosted session
      When the consumer presses back
      Then the hosted session becomes BACK

    Scenario: Pressing back again turns a session back again
      Given a hosted session
      And the consumer has gone back
      When the consumer presses back
      Then the hosted session becomes BACK

  @req:HPP-STATUS-007 @needs:browser @needs:outcome
  Rule: BACK is not final

    Scenario: A session whose consumer went back can still be paid
      Given a hosted session
      And the consumer has gone back
      When the consumer pays
      Then the payment completes the hosted session after all

    Scenario: A session whose consumer went back twice can still be paid
      Given a hosted session
      And the consumer has gone back
      And the consumer has gone back
      When the consumer pays
      Then the payment completes the hosted session after all

  @req:HPP-STATUS-008 @needs:browser @needs:outcome
  Rule: ERROR is not final

    Scenario: A session that met an error can still be paid
      Given a hosted session
      And the consumer has met a technical error
      When the consumer pays
      Then the payment completes the hosted session after all

    Scenario: A session that met two errors can still be paid
      Given a hosted session
      And the consumer has met a technical error
      And the consumer has met a technical error
      When the consumer pays
      Then the payment completes the hosted session after all

  @req:HPP-STATUS-009 @needs:browser
  Rule: Final statuses never change

    @needs:outcome
    Scenario: A completed session stays so when the merchant disables it
      Given a hosted session
      And the consumer has paid
      And the hosted session has been read
      When the merchant disables the hosted session
      Then the hosted session reads as before

    @needs:outcome
    Scenario: A completed session stays so when its link is opened
      Given a hosted session
      And the consumer has paid
      And the hosted session has been read
      When the consumer opens the page
      Then the hosted session reads as before

    Scenario: A cancelled session stays so when its link is opened
      Given a payment session of the IN_STORE channel
      And a hosted session
      And the consumer has cancelled
      And the hosted session has been read
      When the consumer opens the page
      Then the hosted session reads as before

    Scenario: A disabled session stays so when its link is opened
      Given a hosted session
      And the hosted session is disabled
      And the hosted session has been read
      When the consumer opens the page
      Then the hosted session reads as before

    @needs:outcome
    Scenario: A disabled session stays so when its payment session ends
      Given a hosted session
      And the hosted session is disabled
      And the hosted session has been read
      When the payment session comes to its end
      Then the hosted session reads as before

  @req:HPP-STATUS-010 @needs:clock
  Rule: updated_at is the time of the last change

    Scenario: A session is updated when it is disabled later
      Given a hosted session
      And the clock stands 1 minute later
      And the hosted session has been read
      When the merchant disables the hosted session
      Then updated_at is the time of the change

    @needs:mailbox
    Scenario: A session is not updated when its link is sent
      Given a hosted session
      And the hosted session has been read
      And the clock stands 1 minute later
      When the merchant distributes the hosted session by email
      Then updated_at stays

    @needs:browser
    Scenario Outline: A session is updated when the consumer <act> later
      Given a hosted session
      And the clock stands 1 minute later
      And the hosted session has been read
      When the consumer <act>
      Then updated_at is the time of the change

      Examples:
        | act            |
        | opens the page |
        | presses back   |

      @needs:outcome
      Examples:
        | act                     |
        | pays                    |
        | is declined             |
        | meets a technical error |

    @needs:browser
    Scenario: A session is updated when its page is opened again later
      Given a hosted session
      And the consumer has gone back
      And the clock stands 1 minute later
      And the hosted session has been read
      When the consumer opens the page
      Then updated_at is the time of the change

    @needs:browser
    Scenario: A session is updated when the consumer cancels later
      Given a payment session of the IN_STORE channel
      And a hosted session
      And the clock stands 1 minute later
      And the hosted session has been read
      When the consumer cancels and confirms
      Then updated_at is the time of the change

    @needs:browser @needs:outcome
    Scenario: A session is updated when its payment session ends later
      Given a hosted session
      And the clock stands 1 minute later
      And the hosted session has been read
      When the payment session comes to its end
      Then updated_at is the time of the change

  @req:HPP-STATUS-011 @needs:browser @needs:outcome
  Rule: A session mirrors its payment session

    Scenario: The end of its payment session shows in the status of a session
      Given a hosted session
      When the payment session comes to its end
      Then the hosted session is no longer open

    Scenario: The end of the payment session shows with an open page
      Given a hosted session
      And the consumer has opened the page
      When the payment session comes to its end
      Then the hosted session is no longer open

  @req:HPP-STATUS-013 @needs:browser
  Rule: Leaving the page may be a time-out

    Scenario: The status after the consumer walks away is recorded
      Given a hosted session
      When the consumer opens the page and walks away
      Then the status of the hosted session is recorded

  @req:HPP-STATUS-014 @needs:browser @needs:outcome
  Rule: A completed link takes no second payment

    Scenario: The link of a completed session takes no payment
      Given a hosted session
      And the consumer has paid
      When the consumer opens the page
      Then the page takes no payment

    Scenario: The link of a session completed in a shop takes no payment
      Given a payment session of the IN_STORE channel
      And a hosted session
      And the consumer has paid
      When the consumer opens the page
      Then the page takes no payment

  @req:HPP-STATUS-015 @needs:browser @needs:outcome
  Rule: A payment through another hosted session ends this one

    Scenario: A session ends when its KP session is paid through another
      Given the place_order_mode PLACE_ORDER
      And a hosted session
      And another hosted session of the same payment session
      When the consumer pays in the other hosted session
      Then the hosted session is no longer open
      And its link takes no payment

    Scenario Outline: A session whose consumer <act> ends when another one is paid
      Given the place_order_mode PLACE_ORDER
      And a hosted session
      And another hosted session of the same payment session
      And the consumer <act>
      When the consumer pays in the other hosted session
      Then the hosted session is no longer open
      And its link takes no payment

      Examples:
        | act                 |
        | has opened the page |
        | has been declined   |

  @req:HPP-STATUS-016 @needs:browser
  Rule: A session follows its KCO order

    Scenario: A session ends when its KCO order is aborted
      Given a hosted session
      When the merchant aborts the KCO order
      Then the hosted session is no longer open
      And its link takes no payment

    Scenario: A session with an open page ends when its KCO order is aborted
      Given a hosted session
      And the consumer has opened the page
      When the merchant aborts the KCO order
      Then the hosted session is no longer open
      And its link takes no payment

  @req:HPP-STATUS-017 @needs:browser @needs:outcome
  Rule: A session follows an order placed outside its page

    Scenario: A session ends when the merchant places the order himself
      Given a hosted session
      And another hosted session of the same payment session
      When the merchant places the order of the other hosted session
      Then the hosted session is no longer open
      And its link takes no payment

    Scenario: A session with an open page ends when its order is placed
      Given a hosted session
      And another hosted session of the same payment session
      And the consumer has opened the page
      When the merchant places the order of the other hosted session
      Then the hosted session is no longer open
      And its link takes no payment

  @req:HPP-STATUS-018 @needs:browser @needs:clock
  Rule: A session ends before its payment session expires

    Scenario: A session has ended when its payment session has expired
      Given a hosted session
      And the clock stands 1 minute after the end of the payment session
      When the merchant reads the hosted session
      Then the response status is 404
      And its link takes no payment

    Scenario: A session with an open page has ended with its payment session
      Given a hosted session
      And the consumer has opened the page
      And the clock stands 1 minute after the end of the payment session
      When the merchant reads the hosted session
      Then the response status is 404
      And its link takes no payment

  @req:HPP-STATUS-020 @needs:browser
  Rule: A read may lag behind for a while

    Scenario: Whether a read shows an older state is recorded
      Given a hosted session
      And the hosted session has been read
      And the consumer has gone back
      When the merchant reads the hosted session
      Then the hosted session keeps its status when it is read again
