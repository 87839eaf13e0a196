package rehearsal

import "strings"

// promptWords returns texts that prompts for blog posts are made of. They only
// make prompts shorter in tokens, nearer to what a real model counts, and with
// that quicker; a chain never writes them and they have no state.
func promptWords() []string {
	words := strings.Split(strings.TrimSpace(categories), "\n")
	for w := range strings.FieldsSeq(common) {
		words = append(words, " "+w)
	}
	return words
}

// common words, in no order that matters.
const common = `
the and that this with from your you for are not have will must should each
one two line lines word words post blog article title topic description short
long text body content section sections heading headings list category
categories tags comma separated choose only write reply format Markdown after
before between about than more most audience reader readers keywords language
style example first last exactly nothing end marker follow these rules every
which when what how`

// categories are those that a blog post may stand in.
const categories = `
News
Reviews
Tutorials
How-to Guides
Product Comparisons
Tips and Tricks
Industry Analysis
Emerging Technologies
Software Development
Cybersecurity
Artificial Intelligence
Internet of Things (IoT)
Data Science
Gaming
Mobile Technology
Social Media
E-commerce and Online Business
Wearable Technology
Virtual Reality (VR) and Augmented Reality (AR)
Tech Events and Conferences
Digital Marketing and SEO
Cloud Computing
Hardware and Components
Internet and Connectivity
Programming and Coding
Tech Tips for Beginners
Data Privacy and Protection
Science and Technology
Tech Careers and Job Opportunities
Tech Ethics and Policy
Home Automation
Robotics and Automation
Blockchain Technology
Audio and Video Technology
Tech for Education and Learning
Health Tech and Wearables
Tech for Small Businesses
Social Impact of Technology
Tech Gadgets for Home
Green Tech and Sustainability
Web Hosting Reviews
Server Management and Optimization
Website Security and SSL Certificates
Content Delivery Networks (CDNs)
Domain Name Registration
Cloud Hosting and Services
Dedicated Servers
Shared Hosting
Virtual Private Servers (VPS)
Website Backup and Recovery
Server Monitoring and Performance
Server Hardware and Infrastructure
Web Hosting Tutorials and Guides
WordPress Hosting and Plugins
E-commerce Hosting Solutions
Email Hosting and Communication
Database Management
Web Development Frameworks
Server-Side Scripting and Languages
Server Virtualization`
